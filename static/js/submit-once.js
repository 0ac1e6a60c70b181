// A form that is on its way is not sent a second time. Buttons come back when the page does (Back button), and after ten
// seconds, for answers that do not replace the page, such as a download.
const PATIENCE = 10_000;
const sent = new Set();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.target) return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.add(form);
  setBusy(form, true);
  setTimeout(() => release(form), PATIENCE);
});

addEventListener("pageshow", () => [...sent].forEach(release));

function release(form) {
  if (sent.delete(form)) setBusy(form, false);
}

// Marked, not disabled: a disabled button loses the focus and its own name and value.
function setBusy(form, busy) {
  for (const button of form.elements) {
    if (button.type !== "submit") continue;
    for (const attribute of ["aria-disabled", "aria-busy"]) {
      if (busy) button.setAttribute(attribute, "true");
      else button.removeAttribute(attribute);
    }
  }
}
