// Package e2e holds tests only: they build the program, run it as a user does, and drive
// it with clients that are not ours: Mosquitto's, Eclipse Paho for Python, and curl, as
// Debian ships them, and with the very bytes that the STM32 kit and MicroPython's umqtt.simple
// were seen to write.
//
// Nothing of onelan is linked into them: what they know of it are its flags, its
// ports and its texts. They need mosquitto-clients, curl and python3-paho-mqtt; where CI is
// set a missing one fails them, elsewhere they are skipped.
package e2e
