// The composers, of answers and of notes: what is typed is saved as a draft on
// the server, and it is said when it was not. It never leaves the field but by
// the writer's own hand.
(function () {
  "use strict";
  // A connection that died unnoticed must not keep it from being said, nor a
  // button that waits for the draft from being pressed.
  function soon() { return AbortSignal.timeout && AbortSignal.timeout(12000); }
  var forms = document.querySelectorAll("form[data-draft]");
  forms.forEach(function (form) {
    var said = form.querySelector(".saved"), timer, sending = false, sent = false, saving = null;
    var inputs = form.querySelectorAll("textarea, input[type=text], input[type=email]");
    // What was typed before this script ran is not saved yet.
    var text = form.querySelector("textarea"), blank = !text.defaultValue, last = snapshot("defaultValue");

    function snapshot(of) { return Array.prototype.map.call(inputs, function (f) { return f[of || "value"]; }).join("\u0000"); }
    function tell(words, bad) { said.textContent = words; said.classList.toggle("bad", !!bad); }
    function fields() {
      var out = new URLSearchParams();
      new FormData(form).forEach(function (v, k) { if (typeof v === "string" && k !== "proof") out.append(k, v); });
      out.append("proof", form.dataset.draftProof);
      return out;
    }
    function save(leaving) {
      clearTimeout(timer);
      var now = snapshot();
      if (now === last || sending || sent) return Promise.resolve();
      var mine = saving = fetch(form.dataset.draft, { method: "POST", body: fields(), keepalive: !!leaving, redirect: "manual", signal: soon(), headers: { "HX-Request": "true" } }).then(function (r) {
        if (r.ok) {
          last = now;
          form.elements["draft-version"].value = r.headers.get("X-Draft-Version");
          return r.text().then(function (t) { tell(t); });
        }
        if (r.status === 401) document.body.dispatchEvent(new CustomEvent("session-ended"));
        tell(form.dataset.unsaved, true);
      }).catch(function () { tell(form.dataset.unsaved, true); later(5000); }).then(function () { if (saving === mine) saving = null; });
      return mine;
    }
    function later(ms) { clearTimeout(timer); timer = setTimeout(save, ms); }

    form.addEventListener("input", typed);
    if (snapshot() !== last) typed();
    function typed() {
      // What had come in before the first word was typed has been seen; what
      // comes later stops the sending until it is read.
      var listener = document.getElementById("listener");
      if (blank && text.value && listener && form.elements.seen) form.elements.seen.value = listener.dataset.last;
      blank = !text.value;
      sent = false; // the sending was stopped
      later(800);
    }
    form.addEventListener("focusout", function () { save(); });
    document.addEventListener("visibilitychange", function () { if (document.hidden) save(true); });
    window.addEventListener("pagehide", function () { save(true); });
    document.addEventListener("submit", function (e) {
      if (e.defaultPrevented) return; // a script of its own sends it, and stays on the page
      if (e.target === form) {
        if (sending) { e.preventDefault(); return; } // one click is enough
        clearTimeout(timer);
        // A draft on its way arrives first: behind the answer, it would lie there
        // as if nothing had been sent.
        if (saving) {
          var by = e.submitter;
          e.preventDefault();
          saving.then(function () { form.requestSubmit(by || undefined); });
          return;
        }
        sending = sent = true;
        setTimeout(function () { sending = false; }, 8000); // back on this page after all
        return;
      }
      // Another button of the page: first the words are safe, then it is pressed.
      if (snapshot() === last || e.target.method === "dialog") return;
      e.preventDefault();
      var button = e.submitter;
      save().then(function () { last = snapshot(); e.target.requestSubmit(button || undefined); });
    });
    var all = form.querySelector("button[name=all]");
    if (all) all.addEventListener("click", function (e) {
      e.preventDefault(); // without leaving the page, so that chosen files stay
      var cc = form.elements.cc, more = form.elements.others.value;
      if (cc.value.indexOf(more) < 0) cc.value = cc.value ? cc.value + ", " + more : more;
      cc.dispatchEvent(new Event("input", { bubbles: true }));
      cc.focus();
    });
  });
  // "I am here, and typing": for colleagues, every fifteen seconds.
  var form = document.querySelector("form[data-looking]"), typed = 0;
  if (!form) return;
  function here() {
    if (document.hidden) return;
    var p = new URLSearchParams();
    p.append("proof", form.dataset.lookingProof);
    if (Date.now() - typed < 15000) p.append("typing", "1");
    fetch(form.dataset.looking, { method: "POST", body: p, signal: soon(), headers: { "X-Quiet": "1" } }).catch(function () {});
  }
  form.addEventListener("input", function () { var first = Date.now() - typed > 15000; typed = Date.now(); if (first) here(); });
  setInterval(here, 15000);
  here();
})();
