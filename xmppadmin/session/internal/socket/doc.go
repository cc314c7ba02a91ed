// Package socket sets what connections of a session need of the system.
package socket
