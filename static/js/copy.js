// Adds a button to each field marked data-copy that puts its value on the clipboard; the attributes hold the button's words.
const SAID_FOR = 2_000;

for (const input of navigator.clipboard ? document.querySelectorAll(".control > input[data-copy]") : []) {
  const button = document.createElement("button");
  const said = document.createElement("span");
  button.type = "button";
  button.className = "button small";
  button.textContent = input.dataset.copy;
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  input.parentElement.classList.add("with-action");
  input.after(button, said);

  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(input.value);
    button.textContent = said.textContent = input.dataset.copied;
    setTimeout(() => {
      button.textContent = input.dataset.copy;
      said.textContent = "";
    }, SAID_FOR);
  });
  input.addEventListener("focus", () => input.select());
}
