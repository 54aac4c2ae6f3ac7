package config

// docs says what each key of the file does; Render writes it above the key. A blank
// line after a text is kept. Every key has an entry; a test holds that.
var docs = map[string]string{
	"listen": `Where onelan listens: host:port, or :port for every network of this machine, or
"" for off. Port 0 takes a free port. A bare port number will do.`,
	"listen.mqtt":  `MQTT, for devices: OneNET's own port`,
	"listen.mqtts": `MQTT over TLS; needs tls below`,
	"listen.ws":    `MQTT over WebSocket`,
	"listen.wss":   `MQTT over WebSocket and TLS; needs tls below`,
	"listen.http":  `the REST API, api.heclouds.com in the cloud`,
	"listen.lab": `/_lab/, by which onelan's own commands steer the server. It asks for no password,
so leave it on this machine (127.0.0.1)`,

	"console": `The web pages. On this machine they ask for nothing; where others can reach them they need a password.
docs/CONSOLE.md tells more.`,
	"console.listen": `lab: the same address as listen.lab, http://127.0.0.1:8090/; an address of their own; "" for off`,
	"console.password": `what a visitor must know: its hash, which onelan console password makes, or env:NAME, a variable, or
file:PATH, a file that nobody else may read, with the hash or the password in it`,
	"console.names": `names under which the pages are called, besides addresses, localhost and onelan.local`,

	"lan":           `How boards find this machine on your network.`,
	"lan.mdns":      `answer to the name onelan.local, and announce MQTT as _mqtt._tcp`,
	"lan.discovery": `UDP: a board that asks the whole network for its server gets an answer; "" for off`,
	"lan.dns": `UDP and TCP, such as ":53": give this machine's address to who asks for a host of OneNET's, and
refuse all other names; "" for off`,

	"tls":      `Files in PEM form for mqtts and wss. Relative paths start at this file's folder.`,
	"tls.cert": `certificate, with those of its issuers`,
	"tls.key":  `private key`,

	"data": `Folder for onelan.db. Empty means the user's own data folder: on Linux
~/.local/share/onelan, on macOS ~/Library/Application Support/onelan, on Windows
%LOCALAPPDATA%\onelan.`,
	"ephemeral": `Keep everything in memory and forget it at the end.`,
	"sync": `How durable a data point is before the device gets its PUBACK:
full: on the disk, survives a power cut; normal: survives a crash of onelan;
off: survives nothing, for measurements only.`,
	"journal_size": `How many records of the history (onelan watch) are kept in memory.`,

	"log":        `What the server tells on its standard error.`,
	"log.level":  `debug (every packet), info, warn or error`,
	"log.format": `text or json`,

	"demo": `Create the public tutorial's product 244754 with its device 527521926 (auth info
3C71BFC80054), so that its program runs unchanged but for the server's address.`,

	"products": `Products that must exist. One that is absent is created at the start; one that exists
is left as it is. Ids may be written as plain numbers. Missing keys and codes are made up.`,
	"devices": `Devices that must exist, created like products. The auth info is the password of the
device's login; without it, it is the id.`,
	"keys": `Device API keys that must exist, and what they open.`,

	"seed": `File with more that must exist: products, devices and keys as above, and streams, topics,
triggers and history. docs/TESTING.md shows one. A relative path starts at this file's folder.`,

	"bridge": `The way to the real OneNET: what the devices below send goes up, its commands come down. To the cloud
onelan is the device itself, so a board that is online there with the same id would fight with it. Secrets stay
out of this file: a password is said as env:NAME, a variable, or file:PATH, a file that nobody else may read.
docs/BRIDGE.md tells how to set it up. onelan bridge reload, or SIGHUP, reads this section again.`,
	"bridge.enabled":      `the bridge is on (--bridge)`,
	"bridge.dry_run":      `log in nowhere and queue nothing: the journal tells what would go up (--dry-run)`,
	"bridge.upstream":     `the cloud, host:port; a province's platform or another onelan will do as well`,
	"bridge.tls":          `connect with TLS; OneNET's port 6002 has none`,
	"bridge.ca":           `PEM file with the authority that the cloud's certificate is checked with; "": those of this system`,
	"bridge.presence":     `the cloud sees a device: follow (while it is online here, and until its queue is empty), or always`,
	"bridge.password":     `env:NAME or file:PATH, for devices that say nothing else: the product's API key opens all its devices`,
	"bridge.passwords":    `file with a password for each device: PRODUCT DEVICE PASSWORD on a line, in the cloud's ids`,
	"bridge.keepalive":    `OneNET's papers allow 120s to 1200s; a dead connection shows within 1.5 times this; 0s: none`,
	"bridge.keep_session": `log in with clean session 0: the cloud keeps messages of topics while a device is away`,
	"bridge.window":       `messages of a device under way at once, 1 to 100: after a cut, so many may arrive twice`,
	"bridge.login_rate":   `logins a second, of all devices together; 0: no limit. So in the next two`,
	"bridge.rate":         `messages a second of one device; OneNET promises to take one, and may lose what comes faster`,
	"bridge.total_rate":   `messages a second of all devices together`,
	"bridge.command_wait": `a command of the cloud waits so long for a device that is away here; 0s: not at all`,
	"bridge.pack":         `several data points in a message when there is a backlog, so that it drains sooner`,
	"bridge.times":        `data points that waited keep the time at which they came; false: the cloud gives them its own`,

	"bridge.queue":                `What waits for the cloud. 0 is no bound.`,
	"bridge.queue.device_entries": `messages of one device`,
	"bridge.queue.device_bytes":   `their payloads`,
	"bridge.queue.total_entries":  `messages of all devices together; the device with the most gives way`,
	"bridge.queue.total_bytes":    `their payloads`,
	"bridge.queue.age":            `what is older is dropped; 0s: never`,
	"bridge.queue.policy":         `where a bound is reached: drop-oldest, drop-newest, or refuse (the device gets no acknowledgement)`,
	"bridge.queue.keep_qos0":      `topic messages of QoS 0 wait, too, while the cloud is away; data points and answers always do`,
	"bridge.queue.tries":          `so many connections die of a message before it is put aside (onelan bridge inspect --dead)`,

	"bridge.topics": `Topics besides data points and commands, for every device: up, down or both, the topic, the cloud's
name for it if it has another one, and the highest QoS. {device} stands for the device's id.`,
	"bridge.devices": `The devices that go over the bridge. What is left out is as here: the ids in the cloud as the local
ones; the product may be left out when only one has the device.`,

	"limits": `What one peer may take. In place of these keys, limits: onenet is OneNET's own limits of
an unverified account: its last three keys, 300 REST calls a second (switches.rest_rate).`,
	"limits.connections":        `clients connected at once, logged in or not`,
	"limits.packet_bytes":       `largest MQTT packet, at most 4194304`,
	"limits.topics_per_device":  `topics that one device may subscribe to`,
	"limits.topics_per_product": `topics that a product may have`,
	"limits.inflight":           `messages of QoS 1 and 2 sent to a device and not yet acknowledged`,
	"limits.queue_messages":     `messages waiting for one connected device beyond those`,
	"limits.queue_bytes":        `unsent bytes towards one connected device`,
	"limits.queue_total_bytes":  `unsent bytes towards all connected devices together; beyond it each gets 64 KiB`,
	"limits.offline_messages":   `topic messages kept for a device that is away: the newest`,
	"limits.offline_for":        `and no longer than this`,
	"limits.waiting_commands":   `commands cached for one device that is away`,
	"limits.connect_within":     `a link that sends no CONNECT is closed after this`,
	"limits.stuck_for":          `a device that takes nothing off the wire is closed after this`,
	"limits.retention":          `data points, files and ended commands are kept this long`,

	"limits.products":            `products that there may be; 0: no bound (OneNET: 3)`,
	"limits.devices_per_product": `devices that each may have; 0: no bound (OneNET: 100)`,
	"limits.command_interval":    `commands to one device are this far apart, or refused; 0: no bound (OneNET: 1s)`,

	"switches": `Where nobody knows what the cloud does, or where you want it stricter or kinder.`,
	"switches.profile": `generation of the protocol: 2017 (paper V2.6), or 2016 (V2.3: QoS 0 to devices, no
wills, no retained messages, no offline topic messages)`,
	"switches.auto_register":    `create unknown products and devices at their first login, with the password as auth info`,
	"switches.level_not_4":      `a client of MQTT 3.1 or 5 gets: connack (code 1, then closed) or close`,
	"switches.bad_dp":           `a malformed $dp: close (the link), or ignore (acknowledge and drop)`,
	"switches.deny_sub":         `a refused subscription: suback (code 0x80), or close (the link)`,
	"switches.pre_connack":      `packets before the login: discard, or close (the link)`,
	"switches.keepalive_factor": `a device is cut after its keepalive times this, 1.0 to 2.0, of silence`,
	"switches.keepalive_zero":   `keepalive 0 means this; 0: never cut`,
	"switches.keepalive_max":    `longer keepalives count as this; 0: no bound`,
	"switches.connack_gap":      `pause between CONNACK, queued messages and cached commands, for clients that read one packet at a time`,
	"switches.cmd_reply_window": `a command without answer counts as unanswered after this; 0: never`,
	"switches.qos2_timeout":     `a QoS 2 handshake that stops is cut after this`,
	"switches.tz_binary_utc":    `the time bytes of $dp types 6 and 7 are UTC (the C SDK sends that), not Beijing time`,
	"switches.echo_to_self":     `a device gets its own message back when it subscribes to the topic`,
	"switches.rest_rate":        `REST calls per second before errno 15, as in the cloud with 300; 0: no limit`,
}

// examples stand in the file below a list that is empty.
var examples = map[string]string{
	"products": `- id: 244755
  name: greenhouse
  master_key: "MasterKeyOfTheGreenhouse001="
  register_code: ""     # lets devices register themselves
  allow_dup: true       # registering a known serial number gives the same device again`,
	"devices": `- product: 244755
  id: 527521927
  title: north window
  auth_info: "window-north"
  tags: [indoor, north]
  desc: ESP32 with a DHT22
  location: {lon: 116.3, lat: 39.9}`,
	"console.names": `- greenhouse.example`,
	"bridge.topics": `- up {device}/log qos 0
- down led -> {device}/led`,
	"bridge.devices": `- device: 527521926
  upstream_product: 123456
  upstream_device: 700123456
  password: env:ONENET_KEY
- {product: 244755, device: 527521927, presence: always, password: "file:north.key"}`,
	"keys": `- product: 244755
  key: "DeviceKeyOfTheNorthWindow01="
  title: read only
  permissions:
    - methods: [get]    # get, post, put, delete; none means all
      resources:
        - device: 527521927
          stream: temperature
- product: 244755
  key: "DeviceKeyForTheWholeDevice1="
  devices: [527521927]  # short for everything of these devices`,
}
