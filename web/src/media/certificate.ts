// SPDX-License-Identifier: MPL-2.0
// One DTLS certificate per meeting, kept in IndexedDB so that a reload or an ICE restart
// keeps the fingerprint that the spoken code confirmed, and deleted at the meeting's end.
// Where the browser cannot store one, it lives as long as the page.

const STORE = "certificates";
const inMemory = new Map<string, Promise<RTCCertificate>>();

function openDatabase(): Promise<IDBDatabase> {
	return new Promise((resolve, reject) => {
		const request = indexedDB.open("samtale", 1);
		request.onupgradeneeded = () => request.result.createObjectStore(STORE);
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	});
}

async function withStore<T>(
	mode: IDBTransactionMode,
	act: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
	const database = await openDatabase();
	try {
		return await new Promise<T>((resolve, reject) => {
			const request = act(database.transaction(STORE, mode).objectStore(STORE));
			request.onsuccess = () => resolve(request.result);
			request.onerror = () => reject(request.error);
		});
	} finally {
		database.close();
	}
}

async function stored(meeting: string): Promise<RTCCertificate | undefined> {
	const found: unknown = await withStore("readonly", (s) => s.get(meeting));
	const good = found instanceof RTCCertificate && found.expires > Date.now() + 86_400_000;
	return good ? found : undefined;
}

async function storedOrFresh(meeting: string): Promise<RTCCertificate> {
	const known = await stored(meeting).catch(() => undefined);
	if (known !== undefined) return known;
	const algorithm = { name: "ECDSA", namedCurve: "P-256" };
	const fresh = await RTCPeerConnection.generateCertificate(algorithm);
	await withStore("readwrite", (s) => s.put(fresh, meeting)).catch(() => undefined);
	return fresh;
}

/** This browser's certificate for the meeting; made on the first call, which takes a while. */
export function certificateFor(meeting: string): Promise<RTCCertificate> {
	let known = inMemory.get(meeting);
	if (known === undefined) {
		known = storedOrFresh(meeting);
		inMemory.set(meeting, known);
		known.catch(() => inMemory.delete(meeting));
	}
	return known;
}

/** At the meeting's end. */
export async function forgetCertificate(meeting: string): Promise<void> {
	const making = inMemory.get(meeting);
	inMemory.delete(meeting);
	await making?.catch(() => undefined);
	await withStore("readwrite", (s) => s.delete(meeting)).catch(() => undefined);
}

/** *Glem mig*: all of them. */
export async function forgetCertificates(): Promise<void> {
	inMemory.clear();
	await withStore("readwrite", (s) => s.clear()).catch(() => undefined);
}
