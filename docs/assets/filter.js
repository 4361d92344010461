// Filters the rows of a table by what is chosen above it, and keeps the choice in the address.
document.querySelectorAll("form.filter").forEach((form) => {
  const rows = [...document.querySelectorAll(".filtered tbody tr")];
  const fields = [...form.elements].filter((field) => field.name);
  const given = new URLSearchParams(location.search);
  fields.forEach((field) => { field.value = given.get(field.name) ?? ""; });

  const show = () => {
    const chosen = fields.filter((field) => field.tagName === "SELECT" && field.value);
    const wanted = form.elements.words.value.toLowerCase().split(/\s+/);
    let shown = 0;
    rows.forEach((row) => {
      const text = `${row.textContent} ${row.dataset.rules ?? ""}`.toLowerCase();
      const fits = chosen.every((field) => row.dataset[field.name] === field.value)
        && wanted.every((word) => text.includes(word));
      row.hidden = !fits;
      shown += fits;
    });
    form.querySelector("output").value = `${shown} of ${rows.length}`;
  };
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    const chosen = new URLSearchParams(fields.filter((field) => field.value).map((field) => [field.name, field.value]));
    history.replaceState(null, "", chosen.size ? `?${chosen}` : location.pathname);
    show();
  });
  show();
});
