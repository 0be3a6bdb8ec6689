// Small things of every desk page: htmx's manners, menus, toasts, dialogs.
(function () {
  "use strict";
  // A poll that finds the session ended must not throw away what is being
  // typed: it shows the notice instead of leaving the page.
  document.addEventListener("htmx:beforeOnLoad", function (e) {
    var quiet = e.detail.requestConfig && e.detail.requestConfig.headers["X-Quiet"];
    if (quiet && e.detail.xhr.status >= 400) {
      e.preventDefault();
      if (e.detail.xhr.status === 401) document.body.dispatchEvent(new CustomEvent("session-ended"));
      else if (e.detail.xhr.status >= 500) askAnew(e, 15000);
    }
  });
  // What somebody is just pressing stays until their finger has left it: the
  // press would be lost, or meet what slid under it. Then the page asks again.
  function pressed(e) { return e && e.matches(":active"); }
  function later(bell, ms) { setTimeout(function () { document.body.dispatchEvent(new CustomEvent(bell)); }, ms || 300); }
  // What a bell had asked for and nobody answered is asked for once more: it does
  // not ring twice for the same news.
  function askAnew(e, ms) { bells(e).slice(0, 1).forEach(function (bell) { later(bell, ms); }); }
  document.addEventListener("htmx:beforeSwap", function (e) {
    var d = e.detail, bell = /bell-[a-z]+/.exec(d.elt.getAttribute("hx-trigger"));
    if (!bell || !pressed(d.target)) return;
    d.shouldSwap = false;
    later(bell[0]);
  });
  // What rings while a list asks would be lost: its answer takes the list's
  // place, and until that is settled (20 ms) nobody listens. So the bell rings
  // again then. Captured, because htmx asks for this very ring on the way up.
  var asking = {}, missed = {};
  // Who asked; what stands in their place tells afterwards.
  function bells(e) { return (e.detail.requestConfig.elt.getAttribute("hx-trigger") || "").match(/bell-[a-z]+/g) || []; }
  ["bell-team", "bell-ticket", "bell-table", "bell-waiting", "bell-named", "bell-outbox", "bell-consent", "bell-referral"].forEach(function (bell) {
    asking[bell] = 0;
    document.addEventListener(bell, function () { if (asking[bell]) missed[bell] = true; }, true);
  });
  document.addEventListener("htmx:beforeRequest", function (e) { bells(e).forEach(function (bell) { asking[bell]++; }); });
  document.addEventListener("htmx:afterRequest", function (e) {
    bells(e).forEach(function (bell) {
      setTimeout(function () {
        asking[bell] = Math.max(0, asking[bell] - 1);
        if (asking[bell] || !missed[bell]) return; // the last one rings for all
        missed[bell] = false;
        document.body.dispatchEvent(new CustomEvent(bell));
      }, 60);
    });
  });
  // What stands open in a list stays open.
  var open = [];
  document.addEventListener("htmx:beforeSwap", function (e) {
    open = Array.prototype.map.call(e.detail.target.querySelectorAll("details[id][open]"), function (d) { return d.id; });
  });
  document.addEventListener("htmx:afterSwap", function () {
    open.forEach(function (id) { var d = document.getElementById(id); if (d) d.open = true; });
  });
  // A list that changed by itself says what is new in it to those who listen.
  var known;
  function rows() { return Array.prototype.slice.call(document.querySelectorAll("#list .queue a[id]")); }
  document.addEventListener("htmx:beforeSwap", function (e) {
    if (e.detail.target && e.detail.target.id === "list") known = rows().map(function (a) { return a.id; });
  });
  document.addEventListener("htmx:afterSettle", function () {
    if (!known) return;
    var fresh = rows().filter(function (a) { return known.indexOf(a.id) < 0; }), list = document.getElementById("list");
    if (fresh.length && list.dataset.new) document.getElementById("announce").textContent = list.dataset.new + " " + fresh[0].querySelector(".title").textContent;
    known = null;
  });
  // Without a connection the page says so, and that it stays as it is.
  function offline(is) { var n = document.getElementById("offline"); if (n) n.hidden = !is; }
  // What nobody answers is given up, or a list whose connection died unnoticed
  // would never ask again. What is sent may take its time.
  document.addEventListener("htmx:configRequest", function (e) { if (e.detail.verb === "get") e.detail.timeout = 15000; });
  ["htmx:sendError", "htmx:timeout"].forEach(function (lost) {
    document.addEventListener(lost, function (e) { offline(true); askAnew(e, 2000); });
  });
  document.addEventListener("htmx:afterRequest", function (e) { if (e.detail.xhr && e.detail.xhr.status) offline(false); });
  window.addEventListener("offline", function () { offline(true); });
  document.body.addEventListener("bell-team", function () { if (navigator.onLine) offline(false); });
  // News must not close a menu somebody is choosing in, nor a translation they
  // are writing.
  document.addEventListener("htmx:oobBeforeSwap", function (e) {
    var menu = e.detail.target && e.detail.target.querySelector && e.detail.target.querySelector("details.menu-of[open], .tform form");
    if (menu) e.detail.shouldSwap = false;
    if (pressed(e.detail.target)) { e.detail.shouldSwap = false; later("bell-team"); }
  });
  // A toast that can be undone goes when there is nothing to undo any more.
  function toasts(root) {
    root.querySelectorAll(".toast[data-seconds]").forEach(function (t) {
      var left = t.querySelector("[data-left]"), n = Number(t.dataset.seconds);
      var tick = setInterval(function () {
        n--;
        if (left) left.textContent = n;
        if (n <= 0 || !t.isConnected) { clearInterval(tick); t.remove(); }
      }, 1000);
    });
  }
  toasts(document);
  var here = document.querySelector(".nav [aria-current]");
  if (here && here.closest(".nav").scrollWidth > innerWidth) here.scrollIntoView({ block: "nearest", inline: "center" });
  document.addEventListener("htmx:load", function (e) { if (e.detail.elt !== document.body) toasts(e.detail.elt.parentElement || document); });
  // The address must not say "sent" again when the page is loaded anew.
  if (/[?&](said|undo)=/.test(location.search)) {
    var u = new URL(location.href);
    u.searchParams.delete("said"); u.searchParams.delete("undo");
    history.replaceState(history.state, "", u);
  }
  // One open menu at a time; Escape and a click beside it close it.
  function closeMenus(but) {
    document.querySelectorAll("details.menu-of[open]").forEach(function (d) { if (d !== but) d.open = false; });
  }
  document.addEventListener("click", function (e) {
    closeMenus(e.target.closest("details.menu-of"));
    var opener = e.target.closest("[data-dialog]");
    if (opener) {
      var d = document.getElementById(opener.dataset.dialog);
      if (d && d.showModal) { e.preventDefault(); d.showModal(); }
    }
  });
  document.addEventListener("keydown", function (e) {
    if (e.key !== "Escape") return;
    var open = document.querySelector("details.menu-of[open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  });
})();
