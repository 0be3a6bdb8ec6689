// The doorbell: rings "bell-team", "bell-ticket", "bell-table" and
// "bell-waiting" on the body when the server says that something changed. Whoever cares then asks the server; the ring
// itself carries no content. Without a socket it rings by the clock instead.
(function () {
  "use strict";
  var body = document.body, at = body.dataset.bell;
  if (!at) return;
  var socket, tries = 0, poll, due = {};

  function ring(topic) {
    if (due[topic]) { due[topic].again = true; return; } // several rings at once are one look, and one after it
    var d = due[topic] = { again: false };
    setTimeout(function () { due[topic] = null; if (d.again) ring(topic); }, 30);
    body.dispatchEvent(new CustomEvent("bell-" + topic));
  }
  function all() { ["team", "ticket", "table", "waiting"].forEach(ring); }

  function byClock(on) {
    clearInterval(poll);
    poll = on ? setInterval(function () { if (!document.hidden) all(); }, 5000) : 0;
  }
  function open() {
    socket = new WebSocket(location.origin.replace(/^http/, "ws") + at);
    socket.onopen = function () { tries = 0; byClock(false); all(); }; // what was missed meanwhile
    socket.onmessage = function (e) { ring(JSON.parse(e.data).topic); };
    socket.onclose = function (e) {
      if (e.code === 4401) { ended(); return; }
      if (!poll) byClock(true);
      tries++;
      setTimeout(open, Math.min(30000, 500 * Math.pow(2, tries)) * (0.5 + Math.random() / 2));
    };
  }
  function ended() {
    byClock(false);
    var notice = document.getElementById("ended");
    if (notice) notice.hidden = false; // stays on the page: nothing typed is taken away
  }
  body.addEventListener("session-ended", ended);
  document.addEventListener("visibilitychange", function () { if (!document.hidden) all(); });
  open();
})();
