// A link to a folded table or figure opens it, and print shows all of them.
const unfold = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  if (target) target.scrollIntoView();
};
addEventListener("hashchange", unfold);
unfold();
const shut = [];
addEventListener("beforeprint", () => document.querySelectorAll("details:not([open])").forEach((one) => { shut.push(one); one.open = true; }));
addEventListener("afterprint", () => shut.splice(0).forEach((one) => { one.open = false; }));
