// Who goes on in a list by the keyboard presses a link that is swapped away with the page it belongs to. The focus would begin
// anew at the top of the document; it goes to the table that came instead.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "list" || document.activeElement !== document.body) return;
  document.querySelector("#list .table-wrap, #list a")?.focus({ preventScroll: true });
});
