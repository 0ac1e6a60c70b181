// Switches the theme without leaving the page. The form's POST still goes to the server, which keeps the choice in a cookie;
// without this script the same button simply loads the page again.
for (const form of document.querySelectorAll("[data-preferences]")) {
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button?.name !== "theme") return;
    event.preventDefault();
    fetch(form.action, { method: "POST", body: new FormData(form, button), redirect: "manual" }).catch(() => {});
    show(button.value);
  });
}

function show(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const button of document.querySelectorAll("[data-preferences] button[name=theme]")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
}
