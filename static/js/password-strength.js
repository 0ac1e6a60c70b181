// Says while one types what would make a new password too weak. A hint only: nothing is sent, the server decides.
// On the field: autocomplete="new-password" and data-min-length.
const texts = document.getElementById("script-texts")?.dataset ?? {};
const ROWS = ["qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop", "1234567890"];
const RUN = 4;
const QUIET = 600;

for (const input of document.querySelectorAll("input[autocomplete=new-password][data-min-length]")) attach(input);

function attach(input) {
  const minimum = Number(input.dataset.minLength);
  const hint = document.createElement("div");
  const bar = document.createElement("progress");
  const words = document.createElement("p");
  hint.className = "strength";
  bar.hidden = true;
  bar.max = minimum;
  bar.setAttribute("aria-hidden", "true");
  words.setAttribute("aria-live", "polite");
  hint.append(bar, words);
  (input.closest(".control") ?? input).after(hint);

  let timer;
  input.addEventListener("input", () => {
    const found = weakness(input.value, minimum, personalWords(input));
    bar.hidden = input.value === "";
    hint.dataset.state = found ? "weak" : "good";
    bar.value = Math.min([...input.value].length, minimum);
    // Screen readers hear it when the typing pauses, not at each key.
    clearTimeout(timer);
    timer = setTimeout(() => {
      words.textContent = input.value === "" ? "" : (found ?? texts.passwordGood);
    }, words.textContent === "" ? 0 : QUIET);
  });
}

function weakness(password, minimum, personal) {
  const characters = [...password.toLowerCase()];
  const lowered = characters.join("");
  const missing = minimum - characters.length;
  if (personal.some((word) => lowered.includes(word))) return texts.passwordPersonal;
  if (longestRun(characters, (a, b) => a === b) >= RUN) return texts.passwordRepeats;
  if (longestRun(characters, isNext) >= RUN || longestRun([...characters].reverse(), isNext) >= RUN) return texts.passwordSequence;
  if (hasKeyboardRun(lowered)) return texts.passwordKeyboard;
  if (missing > 0) return texts.passwordShort?.replace("{count}", missing);
  if (new Set(characters).size < characters.length / 3) return texts.passwordRepeats;
  return null;
}

function longestRun(characters, continues) {
  let longest = 0;
  let length = 1;
  for (let i = 1; i < characters.length; i += 1) {
    length = continues(characters[i - 1], characters[i]) ? length + 1 : 1;
    longest = Math.max(longest, length);
  }
  return longest;
}

function isNext(a, b) {
  return /[\p{L}\p{N}]/u.test(a) && b.codePointAt(0) - a.codePointAt(0) === 1;
}

function hasKeyboardRun(lowered) {
  const length = RUN + 1;
  return ROWS.flatMap((row) => [row, [...row].reverse().join("")]).some((row) =>
    [...row].some((_, i) => i + length <= row.length && lowered.includes(row.slice(i, i + length))),
  );
}

function personalWords(input) {
  const email = input.form?.querySelector("input[type=email]")?.value ?? "";
  return [email.split("@")[0], "mago"]
    .map((word) => word.toLowerCase())
    .filter((word) => word.length >= RUN);
}
