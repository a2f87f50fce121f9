// What a phone carries, in IndexedDB: the lines of the register, what its forms are
// filled from, and the outbox.
const name = "quartermaster", version = 1;
let opening;

function upgrade({ target }) {
  const db = target.result;
  const lines = db.createObjectStore("lines", { keyPath: "id" });
  lines.createIndex("codes", "codes", { multiEntry: true });
  lines.createIndex("serial", "folded");
  db.createObjectStore("things");
  db.createObjectStore("outbox", { keyPath: "n", autoIncrement: true });
}

function open() {
  opening ??= new Promise((resolve, reject) => {
    const asking = indexedDB.open(name, version);
    asking.onupgradeneeded = upgrade;
    asking.onerror = () => reject(asking.error);
    asking.onsuccess = () => {
      const db = asking.result;
      db.onversionchange = () => db.close(); // a newer version of the pages wants it
      db.onclose = () => { opening = null; };
      resolve(db);
    };
  });
  opening.catch(() => { opening = null; });
  return opening;
}

// within does something with stores in one transaction, and returns what work
// returns, or what its request found, once that is on the disk.
export async function within(stores, mode, work) {
  const db = await open();
  return new Promise((resolve, reject) => {
    const all = [].concat(stores);
    const tx = db.transaction(all, mode, mode === "readwrite" ? { durability: "strict" } : undefined);
    const result = work(...all.map((store) => tx.objectStore(store)));
    tx.oncomplete = () => resolve(result instanceof IDBRequest ? result.result : result);
    tx.onerror = tx.onabort = () => reject(tx.error);
  });
}

export const get = (store, key) => within(store, "readonly", (s) => s.get(key));
export const put = (store, value, key) => within(store, "readwrite", (s) => s.put(value, key));
export const all = (store) => within(store, "readonly", (s) => s.getAll());
