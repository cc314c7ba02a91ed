package desk

import (
	"context"
	"sync"
)

// Connected is a service over a connection that lasts.
type Connected struct {
	Service Service
	// Renew lets the connection be made again, and waited for, as long as at
	// first.
	Renew func()
	Close func()
}

// Keeper keeps one connection to the service: it is made when it is first needed,
// and made again by itself when it is lost.
type Keeper struct {
	// Dial makes the connection.
	Dial func(ctx context.Context) (*Connected, error)

	mu   sync.Mutex
	have *Connected
}

// Service returns the service, connected.
func (k *Keeper) Service(ctx context.Context) (Service, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.have == nil {
		have, err := k.Dial(ctx)
		if err != nil {
			return nil, err
		}
		k.have = have
	}
	k.have.Renew()
	return k.have.Service, nil
}

// Close ends the connection, if there is one.
func (k *Keeper) Close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.have != nil {
		k.have.Close()
		k.have = nil
	}
}
