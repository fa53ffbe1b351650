// The page script. Served without comment lines, indents and line feeds: see squeeze() in script.py.
//   <script defer src="https://HOST/t.js" data-site="KEY"></script>
//   data-consent="required"  nothing is stored until tracker.consent(true)
//   data-domain="shop.example"  share the visitor id between subdomains
// Before or after it has loaded: (window.tracker = window.tracker || []).push(["order", "1001", "token"])
((w, d) => {
  var n = navigator, l = location, me = d.currentScript, data = me.dataset, old = w.tracker || [], first, last, mine, ref = d.referrer,
    to = new URL("collect", me.src).href,
    // Who asks not to be tracked is not: every call does nothing.
    off = n.doNotTrack == "1" || n.globalPrivacyControl,
    ok = data.consent != "required", held = !ok && [];

  function uuid() {
    var b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = b[6] & 15 | 64;
    b[8] = b[8] & 63 | 128;
    return [...b].map(x => (x + 256).toString(16).slice(1)).join("");
  }

  function keep(value, age) {
    d.cookie = "tracker_id=" + value + ";path=/;samesite=lax;max-age=" + age + (data.domain ? ";domain=" + data.domain : "") + (l.protocol == "https:" ? ";secure" : "");
  }

  // The first-party id, for 400 days from the last visit; "" without consent.
  function visitor() {
    if (off || !ok) return "";
    var found = d.cookie.match(/(?:^|;\s*)tracker_id=([\w-]{8,64})/);
    mine = found ? found[1] : mine || uuid();
    keep(mine, 34560000);
    return mine;
  }

  // Sent again with the same id until it is answered: it stays one event.
  function post(body, tries) {
    var again = () => tries < 4 && setTimeout(post, 2e3 << 2 * tries, body, tries + 1);
    fetch(to, { method: "POST", body, keepalive: true, credentials: "omit" }).then(r => r.status > 428 && again(), again);
  }

  function emit(hit) {
    hit.visitor = visitor() || null;
    hit.first = first;
    post(JSON.stringify(hit), 0);
  }

  function send(kind, more) {
    if (off) return;
    var hit = Object.assign({ site: data.site, id: uuid(), kind, url: l.href.slice(0, 4e3), referrer: ref.slice(0, 1e3) }, more);
    first = first || hit.id;
    held ? held.push(hit) : emit(hit);
  }

  // Where consent is required, events wait for the answer, so that the landing's marks are not lost
  // to whoever agrees; for 10 s, or until the page is left.
  function flush() {
    var hits = held || [];
    held = 0;
    hits.forEach(emit);
  }

  function page() {
    var here = l.pathname + l.search;
    if (here == last) return;
    if (last) ref = l.origin + last;
    last = here;
    send("page_view");
  }

  var t = w.tracker = {
    visitor,
    page,
    cart: () => send("cart"),
    coupon: code => send("coupon", { coupon: "" + code }),
    order: (id, token) => send("order_placed", { order: "" + id, token: token ? "" + token : null }),
    consent: yes => { (ok = yes) ? visitor() : keep("", 0); flush(); },
    push: ([name, ...values]) => t[name](...values),
  };

  ["pushState", "replaceState"].forEach(name => {
    var original = history[name];
    history[name] = function () {
      original.apply(this, arguments);
      page();
    };
  });
  w.addEventListener("popstate", page);
  w.addEventListener("pagehide", flush);
  setTimeout(flush, 1e4);
  d.prerendering ? d.addEventListener("prerenderingchange", page) : page();
  old.forEach(t.push);
})(window, document);
