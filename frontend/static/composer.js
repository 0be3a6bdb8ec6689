// The composer: saves the draft on the server while somebody types, says so,
// and says it too when it could not. What is typed never leaves the field but
// by the writer's own hand.
(function () {
  "use strict";
  var form = document.querySelector("form[data-draft]");
  if (!form) return;
  var said = form.querySelector(".saved"), last = snapshot(), timer, sending = false;

  function fields() {
    var data = new FormData(form), out = new URLSearchParams();
    data.forEach(function (v, k) { if (typeof v === "string" && k !== "proof") out.append(k, v); });
    out.append("proof", form.dataset.draftProof);
    return out;
  }
  function snapshot() { return Array.prototype.map.call(form.querySelectorAll("textarea, input[type=text], input[type=email]"), function (f) { return f.value; }).join("\u0000"); }
  function tell(words, bad) { said.textContent = words; said.classList.toggle("bad", !!bad); }

  function save(leaving) {
    clearTimeout(timer);
    var now = snapshot();
    if (now === last || sending) return;
    fetch(form.dataset.draft, { method: "POST", body: fields(), keepalive: !!leaving, redirect: "manual", headers: { "HX-Request": "true" } }).then(function (r) {
      if (r.ok) { last = now; return r.text().then(function (t) { tell(t); }); }
      if (r.status === 401) document.body.dispatchEvent(new CustomEvent("session-ended"));
      tell(form.dataset.unsaved, true);
    }).catch(function () { tell(form.dataset.unsaved, true); later(5000); });
  }
  function later(ms) { clearTimeout(timer); timer = setTimeout(save, ms); }

  // What had come in before the first word was typed has been seen; what comes
  // later stops the sending until it is read.
  var text = form.querySelector("textarea[name=text]"), blank = !text.value;
  form.addEventListener("input", function () {
    var listener = document.getElementById("listener");
    if (blank && text.value && listener) form.elements.seen.value = listener.dataset.last;
    blank = !text.value;
    later(800);
  });
  form.addEventListener("focusout", function () { save(); });
  document.addEventListener("visibilitychange", function () { if (document.hidden) save(true); });
  window.addEventListener("pagehide", function () { save(true); });
  form.addEventListener("submit", function () {
    clearTimeout(timer);
    sending = true;
    setTimeout(function () { sending = false; }, 8000); // back on this page after all
  });
  // "I am here, and typing": for colleagues, at most every ten seconds.
  var looking = form.dataset.looking, typed = 0;
  function here() {
    if (!looking || document.hidden) return;
    var p = new URLSearchParams();
    p.append("proof", form.dataset.lookingProof);
    if (Date.now() - typed < 15000) p.append("typing", "1");
    fetch(looking, { method: "POST", body: p, headers: { "X-Quiet": "1" } }).catch(function () {});
  }
  form.addEventListener("input", function () { var first = Date.now() - typed > 10000; typed = Date.now(); if (first) here(); });
  setInterval(here, 15000);
  here();
})();
