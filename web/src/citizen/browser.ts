// SPDX-License-Identifier: MPL-2.0
// What this browser is and can, asked before a link is redeemed. Pure but for the defaults.

const IN_APP =
	/FBA[NV]|FB_IAB|Instagram|Line\/|MicroMessenger|Snapchat|musical_ly|Bytedance|LinkedInApp|Twitter|Pinterest|GSA\/|; wv\)/i;

/** True inside the small browser of another app, where camera and microphone often fail. */
export function isInApp(userAgent: string): boolean {
	if (IN_APP.test(userAgent)) return true;
	// An iPhone's own web view says neither Safari nor another browser's name.
	return (
		/iPhone|iPad/.test(userAgent) &&
		/AppleWebKit/.test(userAgent) &&
		!/Safari|CriOS|FxiOS|EdgiOS/.test(userAgent)
	);
}

export function canTalk(scope: object = globalThis): boolean {
	const peer: unknown = Reflect.get(scope, "RTCPeerConnection");
	return (
		typeof peer === "function" &&
		typeof Reflect.get(peer, "generateCertificate") === "function" &&
		"getRemoteCertificates" in
			Object(Reflect.get(scope, "RTCDtlsTransport")?.prototype) &&
		typeof Reflect.get(scope, "WebSocket") === "function"
	);
}
