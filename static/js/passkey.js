// Passkeys (WebAuthn): asks our server for options, the browser for an answer, and sends the form with it.
// A page marked data-autofill also offers the person's passkeys in the field of the e-mail address.

const box = document.querySelector("[data-passkey]");
const form = box?.closest("form");
const button = box?.querySelector("button");
const status = box?.querySelector("[role=status]");
let autofill = null;

async function options() {
  const response = await fetch(box.dataset.options, {
    method: "POST",
    headers: { "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value },
  });
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

async function answer(mediation, signal) {
  const given = await options();
  return box.dataset.passkey === "create"
    ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(given), signal })
    : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(given), mediation, signal });
}

function send(credential) {
  form.querySelector("[name=credential]").value = JSON.stringify(credential.toJSON());
  form.noValidate = true;
  form.submit();
}

async function ask() {
  autofill?.abort();
  button.disabled = true;
  status.textContent = "";
  try {
    send(await answer("optional"));
  } catch (error) {
    const { known, cancelled, failed } = box.dataset;
    status.textContent = { InvalidStateError: known, NotAllowedError: cancelled, AbortError: "" }[error.name] ?? failed;
    button.disabled = false;
  }
}

async function offerInField() {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  autofill = new AbortController();
  try {
    send(await answer("conditional", autofill.signal));
  } catch {
    // Nobody chose one; the button and the password are still there.
  }
}

if (box && window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
  if (/^[\d.]+$|^\[/.test(location.hostname)) {
    status.append(box.dataset.elsewhere, " ");
    const link = document.createElement("a");
    link.href = `${box.dataset.name}${location.pathname}${location.search}`;
    link.textContent = box.dataset.name;
    status.append(link);
  } else {
    button.hidden = false;
    button.addEventListener("click", ask);
    if ("autofill" in box.dataset) offerInField();
  }
}
