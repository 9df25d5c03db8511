// The service worker: once a visitor has run Python here, the course works with the network off.
//
// docs/site/offline.py writes a line above this one: KEPT = {"pages-1a2b": [..], "python-3c4d": [..]}, the files to
// keep, each list under a name that changes with what the files hold. So a new site brings a new service worker, which
// fetches the lists that changed.

const [PAGES] = Object.keys(KEPT);

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(forget().then(() => self.clients.claim())));
self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "GET" && url.startsWith(self.registration.scope)) event.respondWith(answer(event.request));
});

async function keep() {
  for (const [name, files] of Object.entries(KEPT)) {
    if (!(await caches.has(name))) {
      try {
        await (await caches.open(name)).addAll(files);
      } catch (error) {
        await caches.delete(name); // all of a list or nothing
        throw error;
      }
    }
  }
  await self.skipWaiting();
}

async function forget() {
  for (const name of await caches.keys()) if (/^(pages|python)-/.test(name) && !(name in KEPT)) await caches.delete(name);
}

// Pyodide's parts never change, so they come from here. All else comes from the network while there is one.
async function answer(request) {
  const kept = await caches.match(request, { ignoreSearch: true });
  if (kept && /\.(whl|wasm)$/.test(request.url)) return kept;
  try {
    const response = await fetch(request);
    if (response.status === 200) await (await caches.open(PAGES)).put(request, response.clone());
    return response;
  } catch (error) {
    if (kept) return kept;
    if (request.mode !== "navigate") throw error;
    const said = "<!doctype html><title>Offline</title><p>The network is off, and this page was not kept. The lessons were.";
    return new Response(said, { status: 503, headers: { "Content-Type": "text/html" } });
  }
}
