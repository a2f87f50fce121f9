// Lets each form[data-passkey] make a passkey ("create") or sign in with one ("get"): it
// asks the server at data-options what for, has the browser answer, and sends the answer
// with the form. Where the browser has no passkeys the form stays hidden.
const able = window.PublicKeyCredential?.parseCreationOptionsFromJSON && window.PublicKeyCredential?.parseRequestOptionsFromJSON;

async function answer(form) {
  const fields = new URLSearchParams(new FormData(form));
  const response = await fetch(form.dataset.options, { method: "POST", body: fields, headers: { Accept: "application/json" } });
  const said = await response.json();
  if (said.kind === "confirm_needed") location.assign("/me/confirm?next=" + encodeURIComponent(location.pathname));
  if (!response.ok) throw new Error(said.detail);
  if (form.dataset.passkey === "create") {
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(said.publicKey) });
  }
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(said.publicKey) });
}

function enhance(form) {
  const trouble = form.querySelector("[role=alert]");
  form.closest("[data-passkeys]").hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble.hidden = true;
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      form.elements.credential.value = JSON.stringify((await answer(form)).toJSON());
      form.submit();
    } catch (error) {
      // What the browser refuses it says for programmers; what the server refuses, for people.
      trouble.textContent = error instanceof DOMException || !error.message ? form.dataset.failed : error.message;
      trouble.hidden = false;
      button.disabled = false;
    }
  });
}

if (able) document.querySelectorAll("form[data-passkey]").forEach(enhance);
