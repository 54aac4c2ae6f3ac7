package onenet

// What can be wrong with a connection and the form of its packets.
const (
	LinkNoConnect      Cause = "link.no-connect"
	LinkConnectTimeout Cause = "link.connect-timeout"
	LinkHTTP           Cause = "link.http"
	LinkTLS            Cause = "link.tls"
	LinkEDP            Cause = "link.edp"
	LinkText           Cause = "link.text"
	LinkNotMQTT        Cause = "link.not-mqtt"
	LinkEarlyPacket    Cause = "link.early-packet"
	LinkTooLarge       Cause = "link.packet-too-large"
	LinkTooMany        Cause = "link.too-many-connections"
	LinkTwoBoards      Cause = "link.two-boards"
	LinkMalformed      Cause = "link.malformed-packet"
	LinkBadType        Cause = "link.unexpected-packet"
	LinkHandshake      Cause = "link.handshake-timeout"

	ConnectMalformed   Cause = "connect.malformed"
	ConnectSecond      Cause = "connect.second"
	ConnectName        Cause = "connect.protocol-name"
	ConnectLevel3      Cause = "connect.mqtt-3.1"
	ConnectLevel5      Cause = "connect.mqtt-5"
	ConnectLevel       Cause = "connect.level"
	ConnectReserved    Cause = "connect.reserved-flag"
	ConnectNoUser      Cause = "connect.no-username"
	ConnectNoPassword  Cause = "connect.no-password"
	ConnectAnonymous   Cause = "connect.anonymous"
	ConnectWillFlags   Cause = "connect.will-flags"
	ConnectWillQoS     Cause = "connect.will-qos"
	ConnectWillTopic   Cause = "connect.will-topic"
	ConnectWillProfile Cause = "connect.will-profile"
	ConnectNotUTF8     Cause = "connect.not-utf8"
)

const (
	refConnect = "protocol paper V2.6, CONNECT (COMPATIBILITY section 1.1)"
	refMQTT    = "MQTT 3.1.1"
	refLink    = "COMPATIBILITY section 1.5"
)

var linkCauses = map[Cause]causeText{
	LinkNoConnect: {
		StageLink, "the peer opened a connection and closed it without sending a CONNECT",
		"raise the client's buffer: an Arduino client drops a CONNECT that is longer than its buffer of 128 or 256 bytes without a word; a port scan or a health check looks the same", refLink,
	},
	LinkConnectTimeout: {
		StageLink, "the peer opened a connection and sent no CONNECT in time",
		"send CONNECT as soon as the connection stands; look whether the client waits for something, or writes to another connection", refLink,
	},
	LinkHTTP: {
		StageLink, "the peer speaks HTTP to the MQTT port",
		"use the port of the REST API for HTTP calls (8080 unless moved)", refLink,
	},
	LinkTLS: {
		StageLink, "the peer speaks TLS, and this port does not",
		"connect without TLS, as port 6002 of OneNET wants it, or start onelan with a TLS listener", "protocol paper V2.6 (COMPATIBILITY section 0)",
	},
	LinkEDP: {
		StageLink, "the peer speaks EDP, another protocol of OneNET's, to the MQTT port",
		"use an MQTT client: EDP is not imitated", "EDP paper V1.6, CONN_REQ",
	},
	LinkText: {
		StageLink, "the peer sends text to the MQTT port",
		"use an MQTT client: text typed into a terminal, or sent by a serial module in transparent mode, is no CONNECT packet", refLink,
	},
	LinkNotMQTT: {
		StageLink, "the first bytes are not an MQTT packet",
		"check that the client speaks MQTT 3.1.1 and that nothing in between alters its bytes", refMQTT + " section 2.2",
	},
	LinkEarlyPacket: {
		StageLink, "a packet came before the login and was discarded",
		"wait for the CONNACK, and see that its code is 0, before anything else is sent", "OneNET FAQ (COMPATIBILITY section 1.4)",
	},
	LinkTooLarge: {
		StageLink, "the packet is larger than the platform takes",
		"send less at once; a binary data point goes up to 3 MiB, a packet up to 4 MiB", refLink,
	},
	LinkTooMany: {
		StageLink, "there are as many connections as the limits allow",
		"close some, or raise limits.connections", refLink,
	},
	LinkTwoBoards: {
		StageLink, "connections with one device id throw each other out again and again",
		"give each board a device of its own; one board alone does this when it logs in again without closing its old connection", "protocol paper V2.6, CONNECT (COMPATIBILITY section 1.4)",
	},
	LinkMalformed: {
		StageLink, "the packet is malformed",
		"check the remaining length and the length bytes of every string: they count bytes, not characters", "OneNET FAQ (COMPATIBILITY section 1.4)",
	},
	LinkBadType: {
		StageLink, "a device may not send a packet of this type",
		"send PUBLISH, SUBSCRIBE, UNSUBSCRIBE, PINGREQ, DISCONNECT and acknowledgements only", refMQTT + " section 2.2.1",
	},
	LinkHandshake: {
		StageLink, "a QoS 2 handshake was left unfinished",
		"answer PUBREC with PUBREL, PUBLISH with PUBREC and PUBREL with PUBCOMP, or use QoS 1", "protocol paper V2.6, PUBREL (COMPATIBILITY section 1.4)",
	},

	ConnectMalformed: {
		StageConnect, "the CONNECT packet is malformed",
		"check the remaining length and the length bytes before each field: they count bytes, not characters", refConnect,
	},
	ConnectSecond: {
		StageConnect, "a second CONNECT came on one connection",
		"send CONNECT once; open a new connection to log in again", refMQTT + " [MQTT-3.1.0-2]",
	},
	ConnectName: {
		StageConnect, "the protocol name is not MQTT",
		"send the name MQTT and the level 4 (MQTT 3.1.1)", refConnect,
	},
	ConnectLevel3: {
		StageConnect, "the client speaks MQTT 3.1, the platform only 3.1.1",
		"set the client's version to 3.1.1 (protocol level 4)", refConnect,
	},
	ConnectLevel5: {
		StageConnect, "the client speaks MQTT 5, the platform only 3.1.1",
		"set the client's version to 3.1.1 (protocol level 4): clients for the command line take -V mqttv311 or -V 4", refConnect,
	},
	ConnectLevel: {
		StageConnect, "the protocol level is not 4",
		"set the client's version to 3.1.1 (protocol level 4)", refConnect,
	},
	ConnectReserved: {
		StageConnect, "the reserved bit of the connect flags is set",
		"clear bit 0 of the connect flags", refConnect,
	},
	ConnectNoUser: {
		StageConnect, "CONNECT carries no user name",
		"set the user name to the product id and the password to the device's auth info", refConnect,
	},
	ConnectNoPassword: {
		StageConnect, "CONNECT carries no password",
		"set the password to the device's auth info or an API key; some clients send none when the user name alone is set", refConnect,
	},
	ConnectAnonymous: {
		StageConnect, "CONNECT carries neither user name nor password, and nobody logs in unnamed",
		"set the user name to the product id and the password to the device's auth info", refConnect,
	},
	ConnectWillFlags: {
		StageConnect, "will QoS or will retain is set without a will",
		"clear both when the will flag is 0", refConnect,
	},
	ConnectWillQoS: {
		StageConnect, "the will's QoS is 3, which does not exist",
		"use QoS 0, 1 or 2", refConnect,
	},
	ConnectWillTopic: {
		StageConnect, "the will's topic is not one that can be published to",
		"use a topic without + and #, not empty and not beginning with $", refConnect,
	},
	ConnectWillProfile: {
		StageConnect, "a will is set, and the platform of 2016 knows none",
		"leave the will out, or use profile 2017", "protocol paper V2.3 (COMPATIBILITY section 0)",
	},
	ConnectNotUTF8: {
		StageConnect, "a text field of CONNECT is not UTF-8, or contains a NUL",
		"send client id, user name and will topic as UTF-8, and count no terminating NUL in their lengths", refMQTT + " [MQTT-1.5.3-1]",
	},
}
