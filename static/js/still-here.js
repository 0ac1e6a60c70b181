// Whoever was signed out while a page was open, and has signed in again in another window, sends it as it stands: the bell brings
// the mark that its forms need by now (signing in makes a new one), and the notice goes. Nobody else gets it: the bell says for
// whom the page was made, and is told when that is somebody else by now.
let said = "";

document.addEventListener("mago:here", ({ detail }) => {
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]"))
    if (unmasked(field.value) !== unmasked(detail.token)) field.value = detail.token;
  document.getElementById("signed-out")?.replaceChildren();
});
// Whatever asks by itself brings the notice each time. It is put there once: its reader is about to follow the link in it.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id !== "signed-out" || !detail.shouldSwap) return;
  detail.shouldSwap = detail.serverResponse !== said || !detail.target.hasChildNodes();
  said = detail.serverResponse;
});

// One that is still good stays: by it a form that is sent twice is known (admincenter/once.py). It differs on each page, as a secret
// that is the same for all of them has a mask of its own there (django/middleware/csrf.py).
function unmasked(mark) {
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  const [mask, masked] = [mark.slice(0, 32), mark.slice(32)];
  const place = (letter, at) => letters.indexOf(letter) - letters.indexOf(mask[at]) + letters.length;
  return [...masked].map((letter, at) => letters[place(letter, at) % letters.length]).join("");
}
