/**
 * What a report's page does by itself: filter, move over the days by arrow keys, open what a link leads to. It asks for
 * nothing, and without it everything is there all the same.
 */

export const SCRIPT = `
'use strict';
(function () {
  var all = function (selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); };
  var form = document.getElementById('filter');
  var text = document.getElementById('text');
  var policy = document.getElementById('policy');
  var bad = document.getElementById('bad');
  var found = document.getElementById('found');
  var items = all('[data-f]');
  var sections = all('main section').map(function (section) {
    var note = document.createElement('p');
    note.className = 'nomatch';
    note.textContent = 'Nothing of this matches the filter.';
    note.hidden = true;
    var heading = section.querySelector('h2');
    heading.parentNode.insertBefore(note, heading.nextSibling);
    return { items: all('[data-f]', section), note: note };
  }).filter(function (section) { return section.items.length > 0; });
  form.hidden = false;
  form.addEventListener('submit', function (event) { event.preventDefault(); });

  function filter() {
    var words = text.value.toLowerCase().split(/\\s+/).filter(Boolean);
    var counted = 0, total = 0;
    items.forEach(function (item) {
      var own = item.dataset.p;
      var fits = (policy.value === '' || own === '' || own === policy.value)
        && (!bad.checked || item.dataset.bad !== '0')
        && words.every(function (word) { return item.dataset.f.indexOf(word) !== -1; });
      item.hidden = !fits;
      if (item.dataset.count !== undefined) { total += 1; if (fits) counted += 1; }
    });
    all('[data-group]').forEach(function (group) {
      group.hidden = all('[data-f]', group).every(function (item) { return item.hidden; });
    });
    var isAll = text.value === '' && policy.value === '' && !bad.checked;
    found.textContent = counted + ' of ' + total + ' rows' + (isAll ? '' : '. Charts, totals and costs are of all');
    sections.forEach(function (section) {
      section.note.hidden = section.items.some(function (item) { return !item.hidden; });
    });
    rove();
  }
  ['input', 'change'].forEach(function (kind) { form.addEventListener(kind, filter); });

  var grid = document.getElementById('matrix');
  function rows() { return grid ? all('tbody tr', grid).filter(function (row) { return !row.hidden; }) : []; }
  function rove(to) {
    if (!grid) return;
    var links = all('td a', grid);
    links.forEach(function (link) { link.tabIndex = -1; });
    var first = to || links.filter(function (link) { return !link.closest('tr').hidden; })[0];
    if (first) first.tabIndex = 0;
  }
  function move(cell, dx, dy) {
    var lines = rows();
    var y = lines.indexOf(cell.parentNode), x = cell.cellIndex;
    for (y += dy, x += dx; lines[y] && x > 0 && x < lines[y].cells.length; y += dy, x += dx) {
      var link = lines[y].cells[x].querySelector('a');
      if (link) { rove(link); link.focus(); return; }
    }
  }
  var steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  if (grid) grid.addEventListener('keydown', function (event) {
    var cell = event.target.closest('td'), step = steps[event.key];
    if (!cell || !step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    move(cell, step[0], step[1]);
  });

  function reveal() {
    var id = decodeURIComponent(location.hash.slice(1));
    var target = id && document.getElementById(id);
    if (!target) return;
    for (var node = target; node; node = node.parentElement) {
      if (node.tagName === 'DETAILS') node.open = true;
      if (node.hidden) node.hidden = false;
    }
    target.scrollIntoView();
    var focus = target.tagName === 'DETAILS' ? target.querySelector('summary') : target;
    focus.focus({ preventScroll: true });
  }
  addEventListener('hashchange', reveal);
  document.addEventListener('click', function (event) {
    var link = event.target.closest && event.target.closest('a[href^="#"]');
    if (link && link.getAttribute('href') === location.hash) reveal();
  });

  var opened = [];
  addEventListener('beforeprint', function () {
    var sources = all('#sources > details');
    opened = sources.length > 25 ? [] : sources.filter(function (one) { return !one.open; });
    opened.forEach(function (one) { one.open = true; });
  });
  addEventListener('afterprint', function () { opened.forEach(function (one) { one.open = false; }); });

  all('.latest').forEach(function (box) { box.scrollLeft = box.scrollWidth; });
  filter();
  reveal();
})();
`;
