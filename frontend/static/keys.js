// Keys of the desk. Single letters work only where nobody is typing.
(function () {
  "use strict";
  function rows() { return Array.prototype.slice.call(document.querySelectorAll(".queue > li > a, .waits .what > a")); }
  function move(by) {
    var all = rows();
    if (!all.length) return false;
    var li = row(), i = all.indexOf(li ? li.querySelector("a") : document.activeElement);
    (all[Math.max(0, Math.min(all.length - 1, i < 0 ? 0 : i + by))]).focus();
    return true;
  }
  // The row somebody stands on, and its box. A key that acts on many acts on this
  // one where nothing is ticked.
  function row() { var li = document.activeElement && document.activeElement.closest(".queue > li"); return li || null; }
  function box() { var li = row(); return li && li.querySelector("input[name=pick]"); }
  function tick() {
    var b = box();
    if (!b) return false;
    b.checked = !b.checked;
    return true;
  }
  function many(name) {
    var el = document.querySelector('.bulk [data-key="' + name + '"]');
    if (el && !document.querySelector(".queue input[name=pick]:checked")) {
      var b = box();
      if (!b) return true; // nothing is meant, so nothing is done
      b.checked = true;
    }
    return press(name);
  }
  // A list that is drawn anew must not lose what somebody ticked in it, nor
  // what they write in a fold; folds with an id are opened again by desk.js.
  document.addEventListener("htmx:beforeSwap", function (e) {
    if (e.detail.target && e.detail.target.id === "list" && document.querySelector("#list input[name=pick]:checked, #list details[open]:not([id])")) e.detail.shouldSwap = false;
  });
  function press(name) {
    var el = document.querySelector('[data-key="' + name + '"]');
    if (!el) return false;
    if (el.matches("textarea, input, select")) {
      var fold = el.closest("details");
      if (fold) fold.open = true;
      el.focus();
      el.scrollIntoView({ block: "center" });
    } else if (el.matches("summary")) {
      el.parentElement.open = true;
      var first = el.parentElement.querySelector("select, input:not([type=hidden]), button");
      if (first) first.focus();
    } else el.click();
    return true;
  }
  function show(id) {
    var d = document.getElementById(id);
    if (!d || !d.showModal || d.open) return false;
    d.showModal();
    d.scrollTop = 0; // its only button stands last
    return true;
  }
  document.addEventListener("keydown", function (e) {
    if (e.isComposing || e.altKey) return;
    if ((e.ctrlKey || e.metaKey) && !e.shiftKey && e.key.toLowerCase() === "k") {
      if (show("palette")) { e.preventDefault(); document.getElementById("palette-find").focus(); }
      return;
    }
    var typing = e.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if ((e.ctrlKey || e.metaKey) && e.key === "Enter" && typing) {
      var form = e.target.closest("form[data-composer]");
      if (form) { e.preventDefault(); form.requestSubmit(); }
      return;
    }
    if (typing || e.ctrlKey || e.metaKey || document.querySelector("dialog[open]")) return;
    var done = false;
    switch (e.key) {
      case "j": done = move(1); break;
      case "k": done = move(-1); break;
      case "r": done = press("reply"); break;
      case "o": if (row()) { row().querySelector("a").click(); done = true; } break;
      case "x": done = tick(); break;
      case "n": done = press("next") || press("note"); break;
      case "a": done = many("assign"); break;
      case "e": done = many("close"); break;
      case "t": done = many("take"); break;
      case "!": done = many("junk"); break;
      case "d": done = press("date"); break;
      case "s": done = press("snooze"); break;
      case "z": done = press("undo"); break;
      case "/": done = press("search"); break;
      case "u": done = press("up"); break;
      case "c": done = press("chats"); break;
      case "?": done = show("keys"); break;
    }
    if (done) e.preventDefault();
  });
  // The palette: every way of this page, found by a few letters.
  var find = document.getElementById("palette-find"), list = document.getElementById("palette-list");
  if (!find || !list) return;
  document.querySelectorAll(".nav a, .acts [data-say], .danger-panel > summary, .bar .end a").forEach(function (el) {
    var li = document.createElement("li"), a = document.createElement("button");
    a.type = "button"; a.className = "plain";
    a.textContent = (el.dataset.say || el.querySelector(".t") && el.querySelector(".t").textContent || el.textContent).trim();
    a.addEventListener("click", function () { document.getElementById("palette").close(); el.click(); });
    li.appendChild(a); list.appendChild(li);
  });
  find.addEventListener("input", function () {
    var want = find.value.toLocaleLowerCase();
    Array.prototype.forEach.call(list.children, function (li) { li.hidden = li.textContent.toLocaleLowerCase().indexOf(want) < 0; });
  });
  find.addEventListener("keydown", function (e) {
    if (e.key !== "Enter") return;
    e.preventDefault();
    var first = list.querySelector("li:not([hidden]) button");
    if (first) first.click();
  });
})();
