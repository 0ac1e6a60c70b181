// Adds a button to each password field that shows and hides what was typed. The field is hidden again before it is sent, so that
// browsers still know it for a password.
const texts = document.getElementById("script-texts")?.dataset ?? {};
const sprite = document.querySelector(".icon use")?.getAttribute("href").split("#")[0];

for (const input of document.querySelectorAll(".control > input[type=password]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.setAttribute("aria-controls", input.id);
  button.append(icon());
  input.parentElement.classList.add("with-button");
  input.after(button);

  const show = (visible) => {
    input.type = visible ? "text" : "password";
    input.spellcheck = false;
    input.autocapitalize = "none";
    button.setAttribute("aria-label", (visible ? texts.hidePassword : texts.showPassword) ?? "");
    button.title = button.getAttribute("aria-label");
    button.querySelector("use").setAttribute("href", `${sprite}#${visible ? "eye-off" : "eye"}`);
  };
  button.addEventListener("click", () => show(input.type === "password"));
  input.form?.addEventListener("submit", () => show(false));
  show(false);
}

function icon() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS("http://www.w3.org/2000/svg", "use"));
  return svg;
}
