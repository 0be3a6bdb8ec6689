// Chats at the desk: the bar that says who waits and whether one is here, and
// the talk itself. What is sent is sent again until the server says its
// number; what comes is asked for by number, so nothing is lost or doubled.
(function () {
  "use strict";
  if (!document.getElementById("duty")) return;
  var body = document.body, titled = document.title, saved = window.localStorage;
  function duty() { return document.getElementById("duty"); }
  function remember(key, on) { try { saved.setItem(key, on ? "1" : ""); } catch (e) { /* not without leave */ } }
  function remembers(key) { try { return saved.getItem(key) === "1"; } catch (e) { return false; } }
  function parsed(html) { var t = document.createElement("template"); t.innerHTML = html; return t.content; }

  // Nobody waits for ever: a connection that died unnoticed would hold an answer
  // for a quarter of an hour, and six of them everything this page asks.
  function ask(path, form, quiet, limit) {
    var headers = { "HX-Request": "true" };
    if (quiet) headers["X-Quiet"] = "1";
    return fetch(path, { method: form ? "POST" : "GET", body: form, headers: headers, redirect: "manual", signal: AbortSignal.timeout && AbortSignal.timeout(limit || 12000) }).then(function (r) {
      var gone = document.getElementById("offline");
      if (gone) gone.hidden = true;
      if (r.status === 401) body.dispatchEvent(new CustomEvent("session-ended"));
      return r;
    });
  }

  function words(r) { return r.ok ? r.text() : ""; }

  // The bar.
  var looking = false, again = false;
  function look() {
    if (looking) { again = true; return; }
    looking = true;
    ask(duty().dataset.bar, null, true).then(words).then(bar, function () {}).then(function () {
      setTimeout(function () { looking = false; if (again) { again = false; look(); } }, 1000);
    });
  }
  function bar(html) {
    if (!html) return;
    // What is just being pressed stays, as everywhere at the desk.
    if (document.querySelector("#duty:active, #talks:active")) { setTimeout(look, 300); return; }
    var fresh = parsed(html), old = duty(), now = fresh.getElementById("duty"), talks = fresh.getElementById("talks");
    var focus = document.activeElement, state = old.contains(focus) && focus.value, href = focus && focus.matches("#talks a") && focus.getAttribute("href");
    var more = ["waiting", "unread", "calls"].some(function (k) { return Number(now.dataset[k]) > Number(old.dataset[k]); });
    if (state === "sound") now.querySelector("[data-sound]").value = "sound";
    old.replaceWith(now);
    document.getElementById("talks").replaceWith(talks);
    if (state) { var b = now.querySelector('[value="' + state + '"]'); if (b) b.focus(); }
    if (href) talks.querySelectorAll("a").forEach(function (a) { if (a.getAttribute("href") === href) a.focus(); });
    dress();
    if (more) alarm();
  }
  // The mark in the title, and the switch for sound as it stands.
  function dress() {
    var d = duty(), n = Number(d.dataset.news), b = d.querySelector("[data-sound]");
    document.title = (n ? "(" + n + ") " : "") + titled;
    b.hidden = false;
    b.value = "sound";
    b.setAttribute("aria-pressed", remembers("desk.sound"));
  }
  function beat() {
    var d = duty(), f = new FormData(d.querySelector("[data-presence]"));
    if (d.dataset.state === "away") { look(); return; }
    f.append("state", d.dataset.state);
    ask("/w/presence", query(f), true).then(words).then(bar, function () {});
  }
  function query(f) { var p = new URLSearchParams(); f.forEach(function (v, k) { if (typeof v === "string") p.append(k, v); }); return p; }
  document.addEventListener("submit", function (e) {
    if (!e.target.matches("[data-presence]") || !e.submitter) return;
    e.preventDefault();
    var f = new FormData(e.target);
    f.append("state", e.submitter.value);
    ask("/w/presence", query(f)).then(words).then(bar, function () {});
  }, true);

  // Sound and notice, without a word of what it is; off until switched on.
  var audio;
  function tone() {
    try {
      audio = audio || new AudioContext();
      if (audio.state === "suspended") audio.resume();
      [[660, 0], [880, 0.14]].forEach(function (n) {
        var o = audio.createOscillator(), g = audio.createGain(), at = audio.currentTime + n[1];
        o.frequency.value = n[0];
        g.gain.setValueAtTime(0, at);
        g.gain.linearRampToValueAtTime(0.12, at + 0.02);
        g.gain.exponentialRampToValueAtTime(0.001, at + 0.25);
        o.connect(g).connect(audio.destination);
        o.start(at);
        o.stop(at + 0.3);
      });
    } catch (e) { /* a machine without sound */ }
  }
  var rung = 0;
  function alarm() {
    if (!remembers("desk.sound") || Date.now() - rung < 3000) return;
    rung = Date.now();
    tone();
    if (document.hidden && window.Notification && Notification.permission === "granted") {
      var n = new Notification(titled.split(" · ").pop(), { body: duty().dataset.notice, tag: "desk" });
      n.onclick = function () { window.focus(); n.close(); };
    }
  }
  document.addEventListener("click", function (e) {
    var b = e.target.closest("[data-sound]");
    if (!b) return;
    var on = !remembers("desk.sound");
    remember("desk.sound", on);
    dress();
    if (!on) return;
    tone();
    if (window.Notification && Notification.permission === "default") Notification.requestPermission();
  });

  ["bell-waiting", "bell-table"].forEach(function (b) { body.addEventListener(b, look); });
  dress();
  try { new Worker(duty().dataset.beat).onmessage = beat; } catch (e) { setInterval(beat, 12000); }
  document.addEventListener("visibilitychange", function () { if (!document.hidden) beat(); });

  // The next and the previous talk.
  document.addEventListener("keydown", function (e) {
    if (!e.altKey || e.ctrlKey || e.metaKey || e.code !== "KeyJ" && e.code !== "KeyK") return;
    var all = Array.prototype.slice.call(document.querySelectorAll("#talks a")), i = all.findIndex(function (a) { return a.hasAttribute("aria-current"); });
    if (!all.length) return;
    e.preventDefault();
    all[i < 0 ? 0 : (i + (e.code === "KeyJ" ? 1 : all.length - 1)) % all.length].click();
  });

  // A phrase is put into the composer; the counsellor sends it.
  document.addEventListener("click", function (e) {
    var b = e.target.closest("[data-phrase]"), text = document.querySelector('textarea[data-key="reply"]');
    if (!b || !text) return;
    text.value = (text.value ? text.value.replace(/\s*$/, "\n") : "") + b.textContent.trim();
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  });

  // The talk.
  var log = document.getElementById("messages");
  if (!log || !log.dataset.talk) return;
  var after = Number(log.dataset.after), read = log.dataset.read ? after : Infinity, pulling = null, once = false, state = seat().dataset.state;
  var queue = [], kept = []; // what was not acknowledged, and what was and does not stand in the log yet
  function seat() { return document.getElementById("seat"); }
  function bottom() { log.scrollTop = log.scrollHeight; }
  bottom();

  function pull() {
    if (pulling) { once = true; return pulling; }
    pulling = ask(log.dataset.talk + "?after=" + after, null, true).then(function (r) {
      return r.ok ? r.text().then(hear) : null;
    }).catch(function () {}).then(function () {
      pulling = null;
      if (once) { once = false; return pull(); }
    });
    return pulling;
  }
  function hear(html) {
    var fresh = parsed(html), news = fresh.getElementById("talknews"), end = document.getElementById("listener");
    var low = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    Array.prototype.slice.call(news.children).forEach(function (m) {
      if (!document.getElementById(m.id)) log.insertBefore(m, end);
    });
    after = Math.max(after, Number(news.dataset.after));
    while (kept.length && kept[0].number <= after) kept.shift().line.remove();
    if (news.children.length && low) bottom();
    if (news.dataset.announce && document.hidden) {
      document.getElementById("announce").textContent = news.dataset.announce;
      look(); // who looks elsewhere has not read it: the bar says so, and sounds
    }
    var s = fresh.getElementById("seat");
    if (s && seat().innerHTML !== s.innerHTML) seat().replaceWith(s);
    seen();
    // What can be done changes with how both sit; nothing typed is taken away.
    if (s && s.dataset.state !== state && !busy()) location.reload();
  }
  function seen() {
    if (document.hidden || after <= read) return;
    read = after;
    var p = new URLSearchParams({ proof: log.dataset.readProof, number: read });
    ask(log.dataset.read, p, true).then(look, function () { read = 0; });
  }
  // The bell brings what is said while it is up; what it could not bring is asked for.
  var brought = false;
  body.addEventListener("bell-up", function (e) { brought = true; e.detail.send(JSON.stringify({ after: after })); });
  body.addEventListener("bell-down", function () { brought = false; });
  body.addEventListener("bell-part", function (e) { if (e.detail) hear(e.detail); else pull(); });
  body.addEventListener("bell-table", function () { if (!brought) pull(); });
  ["bell-ticket", "bell-team"].forEach(function (b) { body.addEventListener(b, pull); });
  document.addEventListener("visibilitychange", function () { if (!document.hidden) pull(); });
  setInterval(pull, 15000);

  // Sending.
  var form = document.querySelector("form[data-saying]"), sending = false, wait = 0;
  function busy() { return queue.length || form && (form.elements.text.value || form.elements.offers.value || form.elements.beside.value || form.elements.files.value) || document.querySelector("details.menu-of[open]"); }
  if (!form) return;
  var text = form.elements.text, pending = document.getElementById("pending"), said = form.querySelector(".saved");
  function drawn() {
    var b = crypto.getRandomValues(new Uint8Array(16));
    return btoa(String.fromCharCode.apply(null, b)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  }
  form.addEventListener("submit", function (e) {
    e.preventDefault();
    if (!text.value.trim() && !form.elements.files.files.length) return;
    var li = document.createElement("li");
    li.dir = "auto";
    li.textContent = text.value;
    pending.appendChild(li);
    queue.push({ form: new FormData(form), line: li, words: text.value, size: size() });
    form.elements.client.value = drawn();
    text.value = "";
    form.elements.offers.value = form.elements.beside.value = "";
    form.elements.files.value = "";
    form.querySelectorAll(".extras > details").forEach(function (d) { d.open = false; });
    wrong("");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
    send();
  });
  function size() { return Array.prototype.reduce.call(form.elements.files.files, function (n, f) { return n + f.size; }, 0); }
  function wrong(words) {
    var p = form.querySelector(".wrong");
    if (!words) { if (p) p.remove(); text.removeAttribute("aria-invalid"); return; }
    if (!p) { p = document.createElement("p"); p.className = "wrong"; p.setAttribute("role", "alert"); text.before(p); }
    p.textContent = words;
    text.setAttribute("aria-invalid", "true");
  }
  // One after the other, so that the order is that of writing.
  function send() {
    if (sending || !queue.length) return;
    sending = true;
    var one = queue[0];
    ask(form.action, one.form, false, 12000 + one.size / 4).then(function (r) { // 4 kB a second is slow, and not dead
      if (r.status === 204) {
        queue.shift();
        wait = 0;
        said.textContent = "";
        said.classList.remove("bad");
        one.number = Number(r.headers.get("X-Number"));
        if (one.number <= after) one.line.remove();
        else { kept.push(one); pull(); }
        bottom();
        return;
      }
      if (r.status >= 500 || r.status === 401 || r.status === 429 || !r.status) throw new Error("again");
      return r.text().then(function (html) { refuse(one, html); });
    }).then(function () { sending = false; send(); }, function () {
      said.textContent = form.dataset.lost;
      said.classList.add("bad");
      wait = Math.min(15000, (wait || 500) * 2);
      setTimeout(function () { sending = false; send(); }, wait);
    });
  }
  // Refused: the words go back where they were written.
  function refuse(one, html) {
    var why = parsed(html).querySelector("h1");
    queue.shift();
    one.line.remove();
    text.value = one.words + (text.value ? "\n" + text.value : "");
    wrong(why ? why.textContent : form.dataset.lost);
    text.focus();
  }
  window.addEventListener("online", function () { wait = 0; send(); pull(); });
  window.addEventListener("beforeunload", function (e) { if (queue.length) e.preventDefault(); });

  // Enter sends, for who wants it so.
  var enter = form.querySelector("[data-enter]"), box = enter.querySelector("input");
  enter.hidden = false;
  box.checked = remembers("desk.enter");
  box.addEventListener("change", function () { remember("desk.enter", box.checked); });
  text.addEventListener("keydown", function (e) {
    if (e.key !== "Enter" || e.shiftKey || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || !box.checked) return;
    e.preventDefault();
    form.requestSubmit();
  });

  // "I am writing", where the house shows it.
  var typed = 0;
  text.addEventListener("input", function () {
    if (!form.dataset.typing || !text.value || Date.now() - typed < 4000) return;
    typed = Date.now();
    ask(form.dataset.typing, new URLSearchParams({ proof: form.dataset.typingProof }), true).catch(function () {});
  });
})();
