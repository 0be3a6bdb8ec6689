// The doorbell: rings "bell-team", "bell-ticket", "bell-table",
// "bell-named" and "bell-waiting" on the body when the server says that something changed.
// Whoever cares then asks the server. A part of the page that named itself when
// the bell came up ("bell-up") is brought with it ("bell-part"). Without a
// socket it rings by the clock instead.
(function () {
  "use strict";
  var body = document.body, at = body.dataset.bell;
  if (!at) return;
  var socket, tries = 0, poll, due = {}, heard = 0, pinged = 0;

  function ring(topic) {
    if (due[topic]) { due[topic].again = true; return; } // several rings at once are one look, and one after it
    var d = due[topic] = { again: false };
    setTimeout(function () { due[topic] = null; if (d.again) ring(topic); }, 30);
    body.dispatchEvent(new CustomEvent("bell-" + topic));
  }
  function tell(what, detail) { body.dispatchEvent(new CustomEvent("bell-" + what, { detail: detail })); }
  function all() { ["team", "ticket", "table", "waiting", "named", "consent", "referral"].forEach(ring); }

  function byClock(on) {
    clearInterval(poll);
    poll = on ? setInterval(function () { if (!document.hidden) all(); }, 5000) : 0;
  }
  function open() {
    var s = socket = new WebSocket(location.origin.replace(/^http/, "ws") + at);
    pinged = Date.now(); // its handshake is the first question
    heard = 0;
    s.onopen = function () { tries = 0; heard = Date.now(); byClock(false); tell("up", s); all(); }; // what was missed meanwhile
    s.onmessage = function (e) {
      var m = JSON.parse(e.data);
      heard = Date.now();
      if (m.topic === "part") tell("part", m.part || ""); else if (m.topic !== "pong") ring(m.topic);
    };
    s.onclose = function (e) {
      if (socket !== s) return;
      socket = null;
      tell("down");
      if (e.code === 4401) { ended(); return; }
      if (!poll) byClock(true);
      tries++;
      setTimeout(open, Math.min(30000, 500 * Math.pow(2, tries)) * (0.5 + Math.random() / 2));
    };
  }
  // A net may let it die and tell nobody: where the bell is silent for long it is
  // asked, and hung up anew when it does not answer.
  setInterval(function () {
    var s = socket, now = Date.now();
    if (!s || s.readyState > 1) return;
    if (pinged > heard) { if (now - pinged > 9000) { s.onclose({}); s.close(); } return; }
    if (now - heard < 20000) return;
    pinged = now;
    s.send('{"ping":1}');
  }, 5000);
  function ended() {
    byClock(false);
    var notice = document.getElementById("ended");
    if (notice) notice.hidden = false; // stays on the page: nothing typed is taken away
  }
  body.addEventListener("session-ended", ended);
  document.addEventListener("visibilitychange", function () { if (!document.hidden) all(); });
  open();
})();
