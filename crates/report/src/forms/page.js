const search = document.getElementById("search");
const items = document.querySelectorAll("[data-text]");
const none = document.getElementById("none");
const sieve = () => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const item of items) {
    const text = item.textContent.toLowerCase();
    item.hidden = !words.every((word) => text.includes(word));
    if (!item.hidden) shown += 1;
  }
  none.hidden = shown > 0;
};
if (search) {
  search.hidden = false;
  search.addEventListener("input", sieve);
}
const all = document.querySelectorAll("details");
addEventListener("beforeprint", () => all.forEach((one) => { one.open = true; }));
