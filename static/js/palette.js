// Opens the palette by Ctrl K (Cmd K on a Mac) or from the search field's own key, and moves through what it found by arrow keys.
const palette = document.getElementById("palette");
const field = palette?.querySelector("input");
const hint = document.querySelector(".topbar-search kbd");
let searched = ""; // What is listed answers to this.

if (palette) {
  if (hint) {
    hint.hidden = false;
    hint.textContent = /Mac|iP(hone|ad)/.test(navigator.platform) ? "⌘ K" : "Ctrl K";
  }
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (palette.open) palette.close();
    else open();
  });
  palette.addEventListener("keydown", move);
  palette.addEventListener("click", (event) => {
    if (event.target === palette || event.target.closest("[data-close]")) palette.close();
  });
  palette.addEventListener("htmx:afterSwap", (event) => {
    searched = new URL(event.detail.xhr.responseURL).searchParams.get("q") ?? "";
  });
  // Who types and presses Enter before the answer is there gets the page of the search, and not what was listed before.
  field.form.addEventListener("submit", (event) => {
    const first = links()[0];
    if (!first || field.value.trim() === "" || field.value !== searched) return;
    event.preventDefault();
    first.click();
  });
}

function open() {
  palette.showModal();
  field.select();
  field.dispatchEvent(new CustomEvent("palette:open"));
}

function links() {
  return [...palette.querySelectorAll("#palette-found a")];
}

function move(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const stops = [field, ...links()];
  const here = stops.indexOf(document.activeElement);
  if (here < 0) return;
  event.preventDefault();
  stops[(here + step + stops.length) % stops.length].focus();
}
