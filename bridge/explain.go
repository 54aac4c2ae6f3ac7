package bridge

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"

	"github.com/onelan/onelan/onenet"
)

// The causes of a Link's troubles. Like those of package onenet they are promised to scripts.
const (
	CauseVersion     onenet.Cause = "bridge.protocol-version"   // CONNACK 1
	CauseDevice      onenet.Cause = "bridge.device-refused"     // CONNACK 2
	CauseUnavailable onenet.Cause = "bridge.cloud-unavailable"  // CONNACK 3
	CausePassword    onenet.Cause = "bridge.password-refused"   // CONNACK 4
	CauseForbidden   onenet.Cause = "bridge.login-forbidden"    // CONNACK 5
	CauseCode        onenet.Cause = "bridge.unknown-connack"    // any other
	CauseNoConnack   onenet.Cause = "bridge.no-connack"         // silence
	CauseHungUp      onenet.Cause = "bridge.closed-at-login"    // closed without a CONNACK
	CauseName        onenet.Cause = "bridge.name-unknown"       // DNS
	CauseNobody      onenet.Cause = "bridge.connection-refused" // nothing listens there
	CauseUnreachable onenet.Cause = "bridge.unreachable"        // anything else between here and there
	CauseCertificate onenet.Cause = "bridge.certificate"        // TLS: theirs is not trusted
	CauseTLS         onenet.Cause = "bridge.tls"                // TLS: anything else
	CauseEvicted     onenet.Cause = "bridge.evicted"
	CauseHalfOpen    onenet.Cause = "bridge.half-open"
	CauseNoPuback    onenet.Cause = "bridge.no-puback"
	CauseQueue       onenet.Cause = "bridge.queue"
	CauseLost        onenet.Cause = "bridge.lost"
)

const (
	refCodes = "OneNET's protocol paper V2.6, CONNACK (COMPATIBILITY section 1.3)"
	refLink  = "docs/BRIDGE.md"
)

// refusal makes a Refusal of the login stage.
func refusal(c onenet.Cause, says, fix, ref string) *onenet.Refusal {
	return &onenet.Refusal{Stage: onenet.StageLogin, Cause: c, Says: says, Fix: fix, Ref: ref}
}

// trouble makes a Refusal of the link stage.
func trouble(c onenet.Cause, says, fix string, err error) *onenet.Refusal {
	r := &onenet.Refusal{Stage: onenet.StageLink, Cause: c, Says: says, Fix: fix, Ref: refLink}
	if err != nil {
		return r.Want("a connection with the cloud", err.Error())
	}
	return r
}

// explain says in words why a connection could not be made, or ended. None of the words contains the password.
func explain(err error, c *Config) *onenet.Refusal {
	var (
		refused    *refusedError
		unanswered *unansweredError
		dial       *dialError
		secure     *tlsError
		silent     *silentError
		source     *sourceError
	)
	switch {
	case errors.As(err, &refused):
		return explainCode(refused.code, c)
	case errors.As(err, &unanswered):
		return explainUnanswered(unanswered)
	case errors.As(err, &dial):
		return explainDial(dial, c.Addr)
	case errors.As(err, &secure):
		return explainTLS(secure, c.Addr)
	case errors.As(err, &silent):
		return trouble(CauseHalfOpen, "the connection stood, and nobody was there any more",
			"nothing to correct here: the link logs in again. If it happens often, shorten the keepalive below what a router on the way forgets after", err)
	case errors.As(err, &source):
		return trouble(CauseQueue, "the bridge's queue cannot be read or written",
			"see the log: usually the disk is full or read-only. Nothing that was accepted is lost", err)
	case errors.Is(err, errUnacknowledged):
		return trouble(CauseNoPuback, "the cloud answers pings, and does not acknowledge a message",
			"look at the oldest message of the queue: onelan bridge inspect. The cloud may not bear its topic or its size", nil)
	}
	return trouble(CauseLost, "the connection was lost", "nothing to correct here: the link logs in again, and goes on from the oldest unacknowledged message", err)
}

// explainCode is about a CONNACK that said no.
func explainCode(code byte, c *Config) *onenet.Refusal {
	switch who := c.Login; code {
	case 1:
		return refusal(CauseVersion, "the cloud does not speak MQTT 3.1.1 at this address",
			"set the upstream to the MQTT port of the legacy platform: mqtt.heclouds.com:6002", refCodes).Want("MQTT 3.1.1", "CONNACK 1 from "+c.Addr)
	case 2:
		return refusal(CauseDevice, "the cloud does not know this device id",
			"set the upstream device to the id that the cloud's console shows; the local id is another one", refCodes).
			Want("a device id of product "+who.Product, who.Device).In(onenet.FieldDevice)
	case 3:
		return refusal(CauseUnavailable, "the cloud says that its service is not available",
			"nothing to correct here: it is tried again, more and more seldom", refCodes)
	case 4:
		return refusal(CausePassword, "the cloud does not accept the product id and the password for this device",
			"set the upstream product to the device's product id and the upstream password to its auth info, or an API key that opens the device", refCodes).
			Want("the auth info of device "+who.Device+" in product "+who.Product, who.Password.Mask()).In(onenet.FieldCredential)
	case 5:
		return refusal(CauseForbidden, "the cloud forbids the login",
			"use the product's master key, the device's own key or its auth info, and look whether the device is on the blacklist", refCodes).
			Want("a key that opens device "+who.Device, who.Password.Mask()).In(onenet.FieldCredential)
	}
	return refusal(CauseCode, fmt.Sprintf("the cloud answers the login with code %d, which MQTT 3.1.1 does not have", code),
		"set the upstream to the MQTT port of the legacy platform; a server of MQTT 5 answers like this", refCodes).
		Want("a code from 0 to 5", fmt.Sprintf("CONNACK %d from %s", code, c.Addr))
}

// explainUnanswered is about a login that got no CONNACK.
func explainUnanswered(err *unansweredError) *onenet.Refusal {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return trouble(CauseNoConnack, "the connection stands, and the login is not answered",
			"look whether the address is an MQTT port without TLS, and whether a firewall on the way swallows what is sent", nil)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) {
		return trouble(CauseHungUp, "the connection was closed before the login was answered",
			"look whether the address is an MQTT port, and whether it wants TLS; OneNET hangs up like this when something in the login is missing", nil)
	}
	return trouble(CauseHungUp, "the login was not answered with a CONNACK", "look whether the address is an MQTT port", err)
}

// explainDial is about a connection that did not come about.
func explainDial(err *dialError, addr string) *onenet.Refusal {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		return trouble(CauseName, "the name of the cloud is not known", "check the upstream address, and whether this machine has a DNS server", err)
	case errors.Is(err, syscall.ECONNREFUSED):
		return trouble(CauseNobody, "nothing listens at "+addr, "check the upstream address and its port (OneNET: 6002)", err)
	}
	return trouble(CauseUnreachable, "the cloud cannot be reached at "+addr, "check the network, and whether a firewall lets this port out", err)
}

// explainTLS is about a connection that did not become secure.
func explainTLS(err *tlsError, addr string) *onenet.Refusal {
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &certificate):
		r := trouble(CauseCertificate, "the cloud's certificate is not trusted", "set the CA file to the authority that issued it, and the address to a name that stands in it", err)
		var name x509.HostnameError
		if errors.As(err, &name) {
			r.NearMiss = "the certificate is for another name"
		}
		return r
	case errors.As(err, &record):
		return trouble(CauseTLS, "the port does not speak TLS", "leave TLS out of the upstream, or name its TLS port", err)
	}
	return trouble(CauseTLS, "TLS with "+addr+" failed", "check the upstream's TLS settings", err)
}

// explainEvicted is about a fight over the id.
func explainEvicted(c *Config, strikes int) *onenet.Refusal {
	return refusal(CauseEvicted, fmt.Sprintf("the cloud closed the connection soon after the login %d times: another client logs in with this device id again and again", strikes),
		"let one of them go: take the board off the cloud, or the device out of the bridge, or give one of them an id of its own",
		"OneNET's protocol paper V2.6, CONNECT (COMPATIBILITY section 1.4)").Want("one client with id "+c.Login.Device, "a fight over it")
}
