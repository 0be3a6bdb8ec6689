// A passkey answers what its button asks: the page's form gets what it signed and,
// where it may open the door, what it computes for us alone. Without this script, or
// without passkeys in the browser, words and codes do as they always do.
(function () {
  "use strict";
  if (!window.isSecureContext || !window.PublicKeyCredential || !navigator.credentials) return;
  document.documentElement.classList.add("passkeys"); // now the buttons can be seen

  function bytes(text) {
    var s = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(s, function (c) { return c.charCodeAt(0); });
  }
  function text(buffer) {
    if (!buffer) return "";
    var s = "";
    new Uint8Array(buffer).forEach(function (b) { s += String.fromCharCode(b); });
    return btoa(s).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function decoded(options) {
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    ["allowCredentials", "excludeCredentials"].forEach(function (list) {
      (options[list] || []).forEach(function (one) { one.id = bytes(one.id); });
    });
    var prf = options.extensions && options.extensions.prf;
    if (prf && prf.eval) prf.eval.first = bytes(prf.eval.first);
    return options;
  }
  function asked(button) {
    return fetch(button.dataset.passkey, { headers: { Accept: "application/json" }, cache: "no-store" }).then(function (answer) {
      if (!answer.ok || (answer.headers.get("Content-Type") || "").indexOf("json") < 0) throw new Error("not asked");
      return answer.json();
    }).then(decoded);
  }
  // What it computed never travels with what it signed: it is a key, and goes into
  // a field of its own.
  function output(credential) {
    var prf = credential.getClientExtensionResults().prf;
    return text(prf && prf.results && prf.results.first);
  }
  function answer(credential) {
    var r = credential.response, out = { clientDataJSON: text(r.clientDataJSON) };
    if (r.attestationObject) {
      out.attestationObject = text(r.attestationObject);
      out.transports = r.getTransports ? r.getTransports() : [];
    } else {
      out.authenticatorData = text(r.authenticatorData);
      out.signature = text(r.signature);
      if (r.userHandle) out.userHandle = text(r.userHandle);
    }
    return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response: out });
  }
  function put(form, name, value) {
    var field = form.elements[name];
    if (!field) return;
    field.type = "hidden"; // what a script writes there is nothing to read
    field.value = value;
  }
  // Many authenticators compute only when they are used, not when they make.
  function computes(made, options) {
    var prf = made.getClientExtensionResults().prf, now = output(made);
    if (now || !prf || !prf.enabled) return Promise.resolve(now);
    return navigator.credentials.get({ publicKey: {
      challenge: crypto.getRandomValues(new Uint8Array(32)), rpId: options.rp.id, userVerification: "required",
      allowCredentials: [{ type: "public-key", id: made.rawId }], extensions: options.extensions
    } }).then(output, function () { return ""; });
  }
  function make(button, form) {
    return asked(button).then(function (options) {
      var opens = form.elements.opens && form.elements.opens.checked;
      return navigator.credentials.create({ publicKey: options }).then(function (made) {
        put(form, button.dataset.into, answer(made));
        return opens ? computes(made, options) : "";
      });
    });
  }
  function use(button, form) {
    return asked(button).then(function (options) {
      return navigator.credentials.get({ publicKey: options });
    }).then(function (used) {
      put(form, button.dataset.into, answer(used));
      return output(used);
    });
  }
  document.addEventListener("click", function (e) {
    var button = e.target.closest && e.target.closest("button[data-passkey]");
    if (!button || button.disabled) return;
    var form = button.form, wrong = form.querySelector("[data-passkey-wrong]"), makes = "makes" in button.dataset;
    if (makes && !form.reportValidity()) return;
    button.disabled = true;
    if (wrong) wrong.hidden = true;
    (makes ? make : use)(button, form).then(function (computed) {
      put(form, "output", computed);
      form.submit();
    }).catch(function () {
      // They turned back, it is none of theirs, or it took too long: all safe.
      button.disabled = false;
      if (wrong) { wrong.hidden = false; wrong.focus(); }
    });
  });
  // A page from the browser's memory may show a button that was pressed.
  addEventListener("pageshow", function (e) { if (e.persisted) location.reload(); });
})();
