package onenet

// What can be wrong with a call of the REST API. why_call.go tells how they are found.
const (
	CallNoKey         Cause = "call.no-key"
	CallKeyHeader     Cause = "call.key-in-other-header"
	CallKeyQuery      Cause = "call.key-in-query"
	CallToken         Cause = "call.token"
	CallUnknownKey    Cause = "call.unknown-key"
	CallOtherProduct  Cause = "call.key-of-other-product"
	CallOtherDevice   Cause = "call.key-of-other-device"
	CallKeyMethod     Cause = "call.key-lacks-method"
	CallKeyStream     Cause = "call.key-for-one-stream"
	CallNeedsMaster   Cause = "call.needs-master-key"
	CallAuthForKey    Cause = "call.auth-info-for-key"
	CallCodeForKey    Cause = "call.register-code-for-key"
	CallIDForKey      Cause = "call.id-for-key"
	CallNameForKey    Cause = "call.name-for-key"
	CallKeyHolder     Cause = "call.key-placeholder"
	CallKeySpace      Cause = "call.key-space-or-newline"
	CallKeyQuotes     Cause = "call.key-quotes"
	CallKeyCase       Cause = "call.key-letter-case"
	CallKeyEncoded    Cause = "call.key-encoded"
	CallKeyCut        Cause = "call.key-cut-short"
	CallKeyLonger     Cause = "call.key-too-long"
	CallKeyTypo       Cause = "call.key-typo"
	CallRegisterCode  Cause = "call.unknown-register-code"
	CallUnknownDevice Cause = "call.unknown-device"
	CallTitleForID    Cause = "call.name-for-id"
	CallProductForID  Cause = "call.product-for-id"
	CallAuthForID     Cause = "call.auth-info-for-id"
	CallKeyForID      Cause = "call.key-for-id"
	CallIDHolder      Cause = "call.id-placeholder"
	CallIDMisspelt    Cause = "call.id-misspelt"
	CallNoStream      Cause = "call.unknown-stream"
	CallNoCommand     Cause = "call.unknown-command"
	CallNotFound      Cause = "call.not-found"
	CallExists        Cause = "call.exists"
	CallOffline       Cause = "call.device-offline"

	CallParameterMissing Cause = "call.parameter-required"
	CallParameterInvalid Cause = "call.invalid-parameter"
	CallBadJSON          Cause = "call.bad-json"
	CallFormBody         Cause = "call.form-body"
	CallNoBody           Cause = "call.no-body"
	CallTooLarge         Cause = "call.too-large"
	CallBodyShort        Cause = "call.body-short"
	CallLimit            Cause = "call.limit"
	CallRate             Cause = "call.rate"

	CallUnknownPath Cause = "call.unknown-path"
	CallWrongMethod Cause = "call.wrong-method"
	CallNewer       Cause = "call.newer-platform"
	CallNotBuilt    Cause = "call.not-built"
	CallInternal    Cause = "call.internal"

	CallTLS        Cause = "call.tls"
	CallMQTT       Cause = "call.mqtt"
	CallHTTP2      Cause = "call.http-2"
	CallBlank      Cause = "call.blank-in-path"
	CallLongHead   Cause = "call.head-too-long"
	CallUnfinished Cause = "call.unfinished"
	CallNotHTTP    Cause = "call.not-http"
)

const (
	refCall    = "API documentation (COMPATIBILITY section 5.1)"
	refErrno   = "errno table (COMPATIBILITY section 5.2)"
	refScope   = "API documentation, API keys (COMPATIBILITY section 5.3)"
	fixKey     = "send the header api-key with the product's master key, or with a key of the device"
	fixCopyKey = "copy the key once more: onelan product show prints the master key, onelan key list the others"
	fixID      = "name the device by its id: onelan device list shows the ids"
)

var callCauses = mergeCauses(callKeyCauses, callSpellingCauses, callNameCauses, callBodyCauses, callPathCauses, callLinkCauses)

// callKeyCauses are about the key and what it opens.
var callKeyCauses = map[Cause]causeText{
	CallNoKey:     {StageCall, "the call carries no key", fixKey, refCall},
	CallKeyHeader: {StageCall, "the key stands in a header that the platform does not read", "call the header api-key", refCall},
	CallKeyQuery:  {StageCall, "the key stands in the query, where the platform does not look for it", fixKey, refCall},
	CallToken: {
		StageCall, "the call carries a token of the newer OneNET platforms, and this is the legacy platform",
		"send the header api-key in its place; to keep the token, make the call to the platform that the token was made for", refCall,
	},
	CallUnknownKey: {StageCall, "the key is known to no product", fixCopyKey, refErrno},
	CallOtherProduct: {
		StageCall, "the key and the device belong to two products",
		"use a key of the device's own product, or a device of the key's product", refErrno,
	},
	CallOtherDevice: {
		StageCall, "the key is not bound to this device", "use the master key, or bind the key to the device", refScope,
	},
	CallKeyMethod: {
		StageCall, "the key opens the device, but not for this method", "use the master key, or give the key's permission this access method", refScope,
	},
	CallKeyStream: {
		StageCall, "the key opens single streams of the device, and the call wants more",
		"name a stream that the key opens, or bind the key to the whole device", refScope,
	},
	CallNeedsMaster: {StageCall, "a device key may not make this call", "use the product's master key", refScope},
	CallAuthForKey:  {StageCall, "a device's auth info stands where the key belongs", "use an API key: the auth info logs the device in over MQTT and opens no call", refScope},
	CallCodeForKey:  {StageCall, "a register code stands where the key belongs", "use an API key: the code goes into POST /register_de?register_code=, which wants no key", refScope},
	CallIDForKey:    {StageCall, "the id of a product or a device stands where the key belongs", fixKey, refScope},
	CallNameForKey:  {StageCall, "the name of a product or a device stands where the key belongs", fixKey, refScope},
	CallKeyHolder:   {StageCall, "the key still is what the sample program had there", "put your own key into the program", refScope},
	CallRegisterCode: {
		StageCall, "no product has this register code", "use the code that onelan product show prints", "API documentation, register_de (COMPATIBILITY section 5.4)",
	},
}

// callSpellingCauses are about keys that are right but for a slip.
var callSpellingCauses = map[Cause]causeText{
	CallKeySpace:   {StageCall, "the key has white space or an invisible character in it", "trim what is read from a file or a web form before it is sent", refCall},
	CallKeyQuotes:  {StageCall, "the key carries the quotation marks or brackets of the text it was copied from", "leave the marks out of the key", refCall},
	CallKeyCase:    {StageCall, "the key differs in upper and lower case only", "copy the key exactly: upper and lower case are distinguished", refCall},
	CallKeyEncoded: {StageCall, "the key is encoded, and the platform compares it as it is", "send the plain key: a header needs no encoding", refCall},
	CallKeyCut:     {StageCall, "the key is cut short", "check the size of the buffer that holds the key; the = at its end belongs to it", refCall},
	CallKeyLonger:  {StageCall, "the header holds the right key and more", "send the key alone: without the header's name, without Bearer, without what follows in the buffer", refCall},
	CallKeyTypo:    {StageCall, "the key differs from a right one in one place", fixCopyKey, refCall},
}

// callNameCauses are about what a call names.
var callNameCauses = map[Cause]causeText{
	CallUnknownDevice: {StageCall, "the product has no device with the id in the call", "name the device by its id (onelan device list shows the ids), or create it: onelan device add", refErrno},
	CallTitleForID:    {StageCall, "the call names the device by its name, not by its id", fixID + "; names stand for ids on the newer platforms only", refErrno},
	CallProductForID:  {StageCall, "a product id stands where the device id belongs", fixID, refErrno},
	CallAuthForID:     {StageCall, "a device's auth info stands where the device id belongs", fixID, refErrno},
	CallKeyForID:      {StageCall, "a key or a register code stands where the device id belongs", fixID, refErrno},
	CallIDHolder:      {StageCall, "the device id still is what the documentation or the sample program had there", "put your own device id into the call", refErrno},
	CallIDMisspelt:    {StageCall, "the device id is right but for a slip", "write the id exactly, as text", refErrno},
	CallNoStream:      {StageCall, "the device has no such stream", "name a stream that the device has; streams come into being with their first point", refErrno},
	CallNoCommand:     {StageCall, "there is no command with this id", "use the cmd_uuid that POST /cmds returned, all 36 characters of it", "COMPATIBILITY section 4.3"},
	CallNotFound:      {StageCall, "what the call names does not exist", "list what there is with the call's plural form", refErrno},
	CallExists:        {StageCall, "what the call would create exists already", "choose another name, or change what there is with PUT", refErrno},
	CallOffline: {
		StageCall, "the device is not online, and the command has no timeout to wait for it",
		"connect the device first, or add timeout=SECONDS to the call: then the command waits for the next login", "API documentation, POST /cmds (COMPATIBILITY section 4.2)",
	},
}

// callBodyCauses are about what a call brings along.
var callBodyCauses = map[Cause]causeText{
	CallParameterMissing: {StageCall, "a parameter of the call is missing", "add it to the query of the URL, or where the call has a JSON body to that", refErrno},
	CallParameterInvalid: {StageCall, "a parameter of the call has a value that it cannot have", "see what is wanted above, or the description at /_lab/api", refErrno},
	CallBadJSON:          {StageCall, "the body of the call is not JSON", "print the body before it is sent, and build it with a JSON library", refErrno},
	CallFormBody:         {StageCall, "the body of the call is a form, and the call wants JSON", "send the JSON text itself: json=… in Python requests, -d '{…}' with curl", refErrno},
	CallNoBody:           {StageCall, "the call has no body, and it wants one", "send a body, and its length in the header Content-Length", refErrno},
	CallTooLarge:         {StageCall, "the body of the call is too large", "send less: commands and messages up to 65535 bytes, files up to 800 KiB", refErrno},
	CallBodyShort:        {StageCall, "the body of the call is shorter than its Content-Length says", "count the bytes of the body as it is sent (UTF-8), without the empty lines behind it", refCall},
	CallLimit:            {StageCall, "the platform has as many of these as its limits allow", "remove some, or raise the limit in onelan.yaml", refErrno},
	CallRate:             {StageCall, "the product makes more calls in a second than it may", "make fewer calls; the switch rest_rate sets the bound", "OneNET FAQ (COMPATIBILITY section 5.2)"},
}

// callPathCauses are about which call it is.
var callPathCauses = map[Cause]causeText{
	CallUnknownPath: {StageCall, "the platform has no such call", "compare the path with the description at /_lab/api", refCall},
	CallWrongMethod: {StageCall, "the path is right, the method is not", "use a method that the call has", refCall},
	CallNewer:       {StageCall, "the call belongs to a newer OneNET platform", "use the call of the legacy platform (the description is at /_lab/api), or the platform that the program was written for", refCall},
	CallNotBuilt:    {StageCall, "OneNET has this call, onelan does not", "see docs/COMPATIBILITY.md for what is left out", "COMPATIBILITY section 5.8"},
	CallInternal:    {StageCall, "the platform could not answer the call", "see the error in the log, and try again", refErrno},
}

// callLinkCauses are about connections to the REST port that bring no call.
var callLinkCauses = map[Cause]causeText{
	CallTLS:        {StageCall, "the peer speaks TLS, and the REST port does not", "use http, not https", refCall},
	CallMQTT:       {StageCall, "the peer speaks MQTT or EDP to the REST port", "use the MQTT port (6002 unless moved)", refCall},
	CallHTTP2:      {StageCall, "the peer speaks a version of HTTP that the platform does not", "use HTTP/1.1 or HTTP/1.0", refCall},
	CallBlank:      {StageCall, "there is a blank in the path or the query", "write %20 for a blank; between date and time a T will do", refCall},
	CallLongHead:   {StageCall, "request line and headers are longer than the platform takes", "leave headers out, or put what is long into the body", refCall},
	CallUnfinished: {StageCall, "the request ended, or fell silent, before its headers did", "end the headers with an empty line: the request needs \\r\\n\\r\\n before its body", refCall},
	CallNotHTTP:    {StageCall, "what came is not an HTTP request", "send a request line, headers and an empty line, each line ended by \\r\\n; look whether something else writes to the connection", refCall},
}
