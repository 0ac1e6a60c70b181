// Ticks in a list that many are chosen from: all of a page by one box, and those of other pages stay ticked while one goes on
// or filters (the page itself stays; only the list in it is swapped). What is ticked and not shown is sent along, unseen by
// forms without JavaScript, and is told below the list. The form #chosen says as what (data-carried-as): where a filter finds
// nothing, no box is left that could.
const MOST = 150; // So many an address may name: of hubs each takes 41 of the 8,000 characters that proxies let pass.
const BOX = "tbody input[type=checkbox][form=chosen]";
// The place in the browser's history knows them, for who goes back to it or loads it anew.
const ticked = new Set(history.state?.ticked);

document.addEventListener("change", (event) => {
  const box = event.target;
  if (box.matches("[data-tick-all]")) boxes().forEach((one) => tick(one, box.checked));
  else if (box.matches(BOX)) tick(box, box.checked);
  else return;
  show();
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-untick]")) return;
  ticked.clear();
  boxes().forEach((one) => (one.checked = false));
  show();
  document.querySelector("[data-tick-all]")?.focus();
});
document.addEventListener("htmx:afterSwap", look);
addEventListener("pageshow", look);

function boxes() {
  return [...document.querySelectorAll(BOX)];
}

function tick(box, on) {
  if (on && (ticked.has(box.value) || ticked.size < MOST)) ticked.add(box.value);
  else ticked.delete(box.value);
  box.checked = ticked.has(box.value);
}

// A browser that comes back to a page has ticked what was ticked there.
function look() {
  for (const box of boxes()) {
    if (box.checked) ticked.add(box.value);
    box.checked = ticked.has(box.value);
  }
  show();
}

function show() {
  const form = document.getElementById("chosen");
  if (!form) return;
  history.replaceState({ ...history.state, ticked: [...ticked] }, "");
  const shown = boxes();
  const on = shown.filter((box) => box.checked).length;
  const all = document.querySelector("[data-tick-all]");
  if (all) {
    all.hidden = false;
    all.checked = on > 0 && on === shown.length;
    all.indeterminate = on > 0 && on < shown.length;
  }
  carry(form, shown);
  tell(ticked.size - on);
}

function carry(form, shown) {
  form.querySelectorAll("[data-carried]").forEach((one) => one.remove());
  const here = new Set(shown.map((box) => box.value));
  for (const key of ticked) {
    if (here.has(key)) continue;
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: form.dataset.carriedAs, value: key });
    field.dataset.carried = "";
    form.append(field);
  }
}

function tell(elsewhere) {
  const words = document.querySelector("[data-ticked]");
  if (!words) return;
  words.hidden = ticked.size === 0;
  const { some, spread, most } = words.dataset;
  const text = (elsewhere ? spread : some).replace("{count}", ticked.size).replace("{elsewhere}", elsewhere);
  words.firstElementChild.textContent = ticked.size < MOST ? text : `${text} ${most}`;
}
