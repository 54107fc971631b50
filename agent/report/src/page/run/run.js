
"use strict";
(() => {
  const at = (id) => document.getElementById(id);
  const form = at("filter"), section = at("cases");
  if (!form || !section) return;
  const search = at("search"), suite = at("suite"), chosen = at("requirement");
  const chips = [...form.querySelectorAll("[data-outcome]")];
  const groups = [...section.querySelectorAll("[data-group]")].map((element) => ({ element, wasOpen: element.open }));
  const cases = [...section.querySelectorAll("[data-o]")].map((element) => ({
    element,
    outcome: element.dataset.o,
    suite: element.closest("[data-s]").dataset.s,
    requirements: ` ${element.dataset.r} `,
    text: element.textContent.toLowerCase(),
    group: groups.find((group) => group.element === element.closest("[data-group]")),
  }));
  let requirement = null, wasFiltered = false;

  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const outcomes = chips.filter((chip) => chip.ariaPressed === "true").map((chip) => chip.dataset.outcome);
    const isFiltered = words.length + outcomes.length > 0 || suite.value !== "" || requirement !== null;
    for (const group of groups) {
      if (!wasFiltered) group.wasOpen = group.element.open;
      group.shown = 0;
    }
    let shown = 0;
    for (const one of cases) {
      const fits = (outcomes.length === 0 || outcomes.includes(one.outcome))
        && (suite.value === "" || one.suite === suite.value)
        && (requirement === null || one.requirements.includes(` ${requirement} `))
        && words.every((word) => one.text.includes(word));
      if (one.element.hidden === fits) one.element.hidden = !fits;
      if (fits) {
        shown += 1;
        if (one.group) one.group.shown += 1;
      }
    }
    for (const { element, shown: inside, wasOpen } of groups) {
      element.hidden = inside === 0;
      if (element.localName === "details") element.open = isFiltered ? inside > 0 : wasOpen;
      for (const list of element.querySelectorAll("ul.rows")) {
        const isEmpty = !list.querySelector("li:not([hidden])");
        list.hidden = isEmpty;
        if (list.previousElementSibling?.localName === "h4") list.previousElementSibling.hidden = isEmpty;
      }
    }
    chosen.hidden = requirement === null;
    at("shown").textContent = shown;
    at("listed").textContent = cases.length;
    at("nothing").hidden = shown > 0;
    at("reset").hidden = !isFiltered;
    wasFiltered = isFiltered;
  };

  let waits = false;
  const soon = () => {
    if (waits) return;
    waits = true;
    requestAnimationFrame(() => {
      waits = false;
      apply();
    });
  };

  const choose = (number, name) => {
    requirement = number;
    chosen.firstElementChild.textContent = name ?? "";
  };
  search.addEventListener("input", soon);
  suite.addEventListener("change", soon);
  chosen.addEventListener("click", () => {
    choose(null);
    search.focus();
    apply();
  });
  for (const chip of chips) {
    chip.addEventListener("click", () => {
      chip.ariaPressed = chip.ariaPressed === "true" ? "false" : "true";
      apply();
    });
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    choose(null);
    for (const chip of chips) chip.ariaPressed = "false";
    soon();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-suite], a[data-requirement]");
    if (!link) return;
    search.value = "";
    for (const chip of chips) chip.ariaPressed = "false";
    suite.value = link.dataset.suite ?? "";
    choose(link.dataset.requirement ?? null, link.dataset.name);
    apply();
  });

  // On paper what did not pass is told whole.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...section.querySelectorAll("details.case:not([open])")];
    for (const one of closed) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of closed) one.open = false;
  });
  form.hidden = false;
  apply();
})();
