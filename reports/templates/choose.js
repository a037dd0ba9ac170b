// Show one of several tables, by metric, number of labels and baseline: a menu for each, usable by keyboard; without this script all of the
// tables stand below each other.
document.querySelectorAll("[data-choices]").forEach((place, number) => {
  const tables = Array.from(place.querySelectorAll("[data-metric]"));
  const menus = { metric: "Metric", labels: "Labels", baseline: "Baseline" };
  const bar = document.createElement("div");
  bar.className = "choose";
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "Choose a table");
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  const selects = Object.entries(menus).map(([name, title]) => {
    const label = document.createElement("label");
    const select = document.createElement("select");
    select.id = `choose-${name}-${number}`;
    label.htmlFor = select.id;
    label.textContent = title;
    new Set(tables.map((table) => table.dataset[name])).forEach((value) => select.add(new Option(value, value)));
    bar.append(label, select);
    return [name, select];
  });
  const show = () => {
    let found = false;
    tables.forEach((table) => {
      table.hidden = !selects.every(([name, select]) => table.dataset[name] === select.value);
      found = found || !table.hidden;
    });
    const chosen = selects.map(([, select]) => select.value).join(", ");
    said.textContent = found ? `Shown: ${chosen}.` : `Not among the tables of this page: ${chosen}. The command report --against ARM makes it.`;
  };
  selects.forEach(([, select]) => select.addEventListener("change", show));
  place.replaceChildren(bar, said, ...tables);
  show();
});
