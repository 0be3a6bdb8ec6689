// An @ in a note offers the colleagues who read it. Choosing one writes the name
// and ticks their box beside the note, which works without this script, too.
(function () {
  "use strict";
  var boxes = document.querySelector("details.names");
  if (!boxes) return;
  var form = boxes.closest("form"), text = form.querySelector("textarea");
  var all = Array.prototype.slice.call(boxes.querySelectorAll("input[data-name]"));
  var list = document.createElement("ul"), at = -1, from = 0, shown = [];
  list.id = "names-list";
  list.className = "completion";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", boxes.dataset.names);
  list.hidden = true;
  text.insertAdjacentElement("afterend", list);
  text.setAttribute("aria-autocomplete", "list");
  text.setAttribute("aria-controls", list.id);

  function close() { list.hidden = true; shown = []; at = -1; text.removeAttribute("aria-activedescendant"); }
  function mark(n) {
    at = n;
    Array.prototype.forEach.call(list.children, function (li, i) { li.setAttribute("aria-selected", i === at ? "true" : "false"); });
    text.setAttribute("aria-activedescendant", "names-" + at);
  }
  function look() {
    var found = /(^|[\s(])@([^@\n]{0,40})$/.exec(text.value.slice(0, text.selectionStart));
    if (!found) return close();
    var typed = found[2].toLocaleLowerCase();
    from = text.selectionStart - found[2].length - 1;
    shown = all.filter(function (b) {
      var name = b.dataset.name.toLocaleLowerCase();
      return name !== typed && (name.indexOf(typed) === 0 || name.split(" ").some(function (part) { return typed && part.indexOf(typed) === 0; }));
    }).slice(0, 6);
    if (!shown.length) return close();
    list.textContent = "";
    shown.forEach(function (b, i) {
      var li = document.createElement("li");
      li.id = "names-" + i;
      li.setAttribute("role", "option");
      li.dir = "auto";
      li.textContent = b.dataset.name;
      // Before the field loses its place.
      li.addEventListener("mousedown", function (e) { e.preventDefault(); choose(i); });
      list.appendChild(li);
    });
    list.hidden = false;
    mark(0);
  }
  function choose(i) {
    var b = shown[i], end = text.selectionStart;
    text.setRangeText("@" + b.dataset.name + " ", from, end, "end");
    b.checked = true;
    boxes.open = true;
    close();
    text.focus();
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }
  text.addEventListener("input", look);
  text.addEventListener("click", look);
  text.addEventListener("blur", close);
  text.addEventListener("keydown", function (e) {
    if (list.hidden || e.ctrlKey || e.metaKey) return;
    if (e.key === "ArrowDown" || e.key === "ArrowUp") mark((at + (e.key === "ArrowDown" ? 1 : shown.length - 1)) % shown.length);
    else if (e.key === "Enter" || e.key === "Tab") choose(at);
    else if (e.key === "Escape") close();
    else return;
    e.preventDefault();
    e.stopPropagation();
  });
})();
