package onenet

// Who the device says it is, and what is wrong with that.
const (
	LoginEmptyID         Cause = "login.empty-client-id"
	LoginEmptyUser       Cause = "login.empty-user-name"
	LoginEmptyPassword   Cause = "login.empty-password"
	LoginUnknownProduct  Cause = "login.unknown-product"
	LoginUnknownDevice   Cause = "login.unknown-device"
	LoginWrongPassword   Cause = "login.wrong-password"
	LoginOtherProduct    Cause = "login.device-of-other-product"
	LoginSwapped         Cause = "login.ids-swapped"
	LoginUserPassSwapped Cause = "login.user-and-password-swapped"
	LoginIDPassSwapped   Cause = "login.id-and-password-swapped"
	LoginRotated         Cause = "login.three-fields-mixed"

	LoginTitleForID       Cause = "login.name-for-id"
	LoginAuthForID        Cause = "login.auth-info-for-id"
	LoginKeyForID         Cause = "login.key-for-id"
	LoginProductForID     Cause = "login.product-for-id"
	LoginNameForProduct   Cause = "login.name-for-product"
	LoginAuthForProduct   Cause = "login.auth-info-for-product"
	LoginKeyForProduct    Cause = "login.key-for-product"
	LoginDeviceForProduct Cause = "login.device-for-product"
	LoginAmpersand        Cause = "login.pid-and-name"

	LoginIDForPassword Cause = "login.id-for-password"
	LoginTitleForPass  Cause = "login.name-for-password"
	LoginOtherAuth     Cause = "login.auth-info-of-other-device"
	LoginOtherMaster   Cause = "login.master-key-of-other-product"
	LoginKeyUnbound    Cause = "login.key-of-other-device"
	LoginOtherKey      Cause = "login.key-of-other-product"
	LoginRegisterCode  Cause = "login.register-code"

	LoginSpace       Cause = "login.space-or-newline"
	LoginQuotes      Cause = "login.quotes"
	LoginPlaceholder Cause = "login.placeholder"
	LoginFullWidth   Cause = "login.full-width"
	LoginCase        Cause = "login.letter-case"
	LoginSeparators  Cause = "login.mac-separators"
	LoginNumber      Cause = "login.number-format"
	LoginEncoded     Cause = "login.encoded"
	LoginCut         Cause = "login.cut-short"
	LoginLonger      Cause = "login.too-long"
	LoginTypo        Cause = "login.typo"

	LoginToken      Cause = "login.token"
	LoginOtherCloud Cause = "login.other-cloud"
	LoginBlocked    Cause = "login.blocked"
	LoginStore      Cause = "login.store"
	LoginMasterKey  Cause = "login.master-key" // a warning: it is accepted
)

const refLogin = "protocol paper V2.6, CONNECT (COMPATIBILITY section 1.2)"

var loginCauses = mergeCauses(fieldCauses, passwordCauses, spellingCauses, map[Cause]causeText{
	LoginToken: {
		StageLogin, "the login carries a token of the newer OneNET platforms, and this is the legacy platform (port 6002)",
		"set the password to the device's auth info; to keep the token, connect the device to port 1883 of the platform that it was made for", "COMPATIBILITY section 1.2",
	},
	LoginOtherCloud: {
		StageLogin, "the login is put together as another cloud wants it",
		"client id = device id, user name = product id, password = auth info, each alone", refLogin,
	},
	LoginBlocked: {
		StageLogin, "the device is on the blacklist",
		"take it off the blacklist: set blocked to false", "release notes of 2019-04 (COMPATIBILITY section 1.5)",
	},
	LoginStore: {
		StageLogin, "the platform could not look the device up",
		"see the error in the log, and try again", "COMPATIBILITY section 1.3",
	},
	LoginMasterKey: {
		StageLogin, "the device logged in with the product's master key, which opens every device of the product",
		"put the device's own auth info into the firmware: a key read out of one board then opens that board alone", refLogin,
	},
})

// fieldCauses are about which product and device it is.
var fieldCauses = map[Cause]causeText{
	LoginEmptyID: {
		StageLogin, "the client id is empty",
		"set the client id to the device id", refLogin,
	},
	LoginEmptyUser: {
		StageLogin, "the user name is empty",
		"set the user name to the product id", refLogin,
	},
	LoginUnknownProduct: {
		StageLogin, "there is no product with this id",
		"set the user name to the product id: onelan product list shows them", refLogin,
	},
	LoginUnknownDevice: {
		StageLogin, "the product has no device with this id",
		"set the client id to the device id (onelan device list shows them), or create the device: onelan device add", refLogin,
	},
	LoginOtherProduct: {
		StageLogin, "the device belongs to another product",
		"set the user name to the id of the device's own product", refLogin,
	},
	LoginSwapped: {
		StageLogin, "client id and user name stand in each other's place",
		"exchange them: client id = device id, user name = product id", refLogin,
	},
	LoginUserPassSwapped: {
		StageLogin, "user name and password stand in each other's place",
		"exchange them: user name = product id, password = auth info", refLogin,
	},
	LoginIDPassSwapped: {
		StageLogin, "client id and password stand in each other's place",
		"exchange them: client id = device id, password = auth info", refLogin,
	},
	LoginRotated: {
		StageLogin, "client id, user name and password are right, but each stands in another's place",
		"client id = device id, user name = product id, password = auth info; check the order of the arguments of the client's connect function", refLogin,
	},
	LoginTitleForID: {
		StageLogin, "the client id is the device's name, not its id",
		"set the client id to the device id; devices log in by name on the newer platforms only", refLogin,
	},
	LoginAuthForID: {
		StageLogin, "the client id is a device's auth info, not its id",
		"set the client id to the device id; the auth info goes into the password", refLogin,
	},
	LoginKeyForID: {
		StageLogin, "the client id is an API key or a register code",
		"set the client id to the device id; a key goes into the password", refLogin,
	},
	LoginProductForID: {
		StageLogin, "the client id is a product id, not a device id",
		"set the client id to the device id; the product id goes into the user name", refLogin,
	},
	LoginNameForProduct: {
		StageLogin, "the user name is the product's name, not its id",
		"set the user name to the product id", refLogin,
	},
	LoginAuthForProduct: {
		StageLogin, "the user name is a device's auth info",
		"set the user name to the product id; the auth info goes into the password", refLogin,
	},
	LoginKeyForProduct: {
		StageLogin, "the user name is an API key or a register code",
		"set the user name to the product id; a key goes into the password", refLogin,
	},
	LoginDeviceForProduct: {
		StageLogin, "the user name is a device id, not a product id",
		"set the user name to the product id; the device id goes into the client id", refLogin,
	},
	LoginAmpersand: {
		StageLogin, "two things are glued together in one field, as other clouds want it",
		"client id = device id alone, user name = product id alone, password = auth info alone", refLogin,
	},
}

// passwordCauses are about what the password is instead.
var passwordCauses = map[Cause]causeText{
	LoginEmptyPassword: {
		StageLogin, "the password is empty",
		"set the password to the device's auth info or an API key", refLogin,
	},
	LoginWrongPassword: {
		StageLogin, "the password is neither the device's auth info nor a key that opens the device",
		"use the auth info that onelan device show prints", refLogin,
	},
	LoginIDForPassword: {
		StageLogin, "the password is the id of a device or a product",
		"set the password to the device's auth info or an API key", refLogin,
	},
	LoginTitleForPass: {
		StageLogin, "the password is the name of a device or a product",
		"set the password to the device's auth info or an API key", refLogin,
	},
	LoginOtherAuth: {
		StageLogin, "the password is the auth info of another device",
		"use this device's own auth info, or log in as the other device", refLogin,
	},
	LoginOtherMaster: {
		StageLogin, "the password is the master key of another product",
		"use the device's auth info, or a key of this product", refLogin,
	},
	LoginKeyUnbound: {
		StageLogin, "the password is a device key of this product that is not bound to this device",
		"use the device's auth info, or bind the key to the device", refLogin,
	},
	LoginOtherKey: {
		StageLogin, "the password is a device key of another product",
		"use the device's auth info, or a key of this product", refLogin,
	},
	LoginRegisterCode: {
		StageLogin, "the password is a product's register code, which registers devices and logs none in",
		"register once (POST /register_de) and log in with the key that it returns, or use the device's auth info", refLogin,
	},
}

// spellingCauses are about texts that are right but for a slip.
var spellingCauses = map[Cause]causeText{
	LoginSpace: {
		StageLogin, "a field has white space, a newline or an invisible character too many, or one too few",
		"trim what is read from a file, a serial line or a web form before it is sent", refLogin,
	},
	LoginQuotes: {
		StageLogin, "a field carries the quotation marks or brackets of the text it was copied from",
		"leave the marks out", refLogin,
	},
	LoginPlaceholder: {
		StageLogin, "a field still holds what the sample program had there",
		"put your own ids and auth info into the program", refLogin,
	},
	LoginFullWidth: {
		StageLogin, "a field contains full-width digits or letters",
		"type it again with the input method switched to half-width", refLogin,
	},
	LoginCase: {
		StageLogin, "a field differs in upper and lower case only",
		"copy it exactly: OneNET distinguishes upper and lower case", refLogin,
	},
	LoginSeparators: {
		StageLogin, "a field differs in the separators of its parts only, as a MAC address often does",
		"write it exactly as the device was created with; A0B1C2 and a0:b1:c2 are two texts", refLogin,
	},
	LoginNumber: {
		StageLogin, "an id went through a number on its way and came out spelled differently",
		"keep ids as text: no leading zeros dropped, no decimal point, no exponent", refLogin,
	},
	LoginEncoded: {
		StageLogin, "a field is encoded, and the platform compares it as it is",
		"send the plain text; MQTT needs no encoding", refLogin,
	},
	LoginCut: {
		StageLogin, "a field is cut short",
		"check the size of the buffer that holds it, and that all of it was copied", refLogin,
	},
	LoginLonger: {
		StageLogin, "a field holds the right text and more",
		"check the length that the client sends: often a buffer is sent beyond the end of its text, or the name of the field with it", refLogin,
	},
	LoginTypo: {
		StageLogin, "a field differs from the right text in one place",
		"compare them character by character, or copy the text", refLogin,
	},
}
