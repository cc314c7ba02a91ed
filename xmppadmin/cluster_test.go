package xmppadmin_test

import (
	"fmt"
	"strings"
	"testing"

	"muster/fixtures"
	"muster/fixtures/ejabberd"
	"muster/xmppadmin"
)

// TestCluster runs the checks of a service on a cluster of two ejabberd nodes:
// the program speaks to one node, and everyone else to the other, so that the
// rooms of either are made on its own node. The rooms are removed between the
// checks, which share the cluster.
func TestCluster(t *testing.T) {
	t.Parallel()
	nodes := ejabberd.NewCluster(t, ejabberd.Options{Accounts: bob, Modules: "mod_private: {}"}).Nodes
	checks := []struct {
		name  string
		check func(*testing.T, *xmppadmin.Service, *fixtures.Server)
	}{
		{"create", checkCreateAndReadBack}, {"repair", checkEachSettingIsRepaired}, {"rooms of others", checkRoomsOfOthers},
		{"others", checkOthersCannotTouchOurRooms}, {"names", checkNamesThatJustPass}, {"texts", checkTexts},
		{"many rooms", checkManyRooms}, {"destroyed", checkDestroyedRoomIsAbsent}, {"subject", checkSetSubject},
		{"archive", checkArchiveAndReopen}, {"rooms of both nodes", checkRoomsOfBothNodes}, {"announce", checkAnnounce},
	}
	for i, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			here, there := nodes[i%2], nodes[1-i%2]
			s := open(t, here, "auto")
			if s.Name() != "ejabberd" {
				t.Fatalf("the dialect chosen is %q", s.Name())
			}
			c.check(t, s, there)
			removeRooms(t, here)
		})
	}
}

// checkRoomsOfBothNodes makes rooms through either node, and sees and changes
// all of them through each.
func checkRoomsOfBothNodes(t *testing.T, s *xmppadmin.Service, p *fixtures.Server) {
	const n = 20 // of each
	services := [2]*xmppadmin.Service{s, open(t, p, "ejabberd")}
	for i := range 2 * n {
		name := fmt.Sprintf("room%02d", i)
		create(t, services[i%2], name, live(name))
	}
	for i, here := range services {
		rooms, err := here.Survey(t.Context(), nil)
		if err != nil || len(rooms) != 2*n {
			t.Fatalf("through node %d there are %d rooms, %v", i, len(rooms), err)
		}
		for _, r := range rooms {
			if r.State != xmppadmin.Exists || !r.Managed || r.Settings[xmppadmin.Title] != r.Name {
				t.Errorf("through node %d the room is %+v", i, r)
			}
		}
		for _, name := range []string{"room00", "room01"} {
			title := fmt.Sprintf("changed through node %d", i)
			if err := here.Configure(t.Context(), name, xmppadmin.Settings{xmppadmin.Title: title}); err != nil {
				t.Fatal(err)
			}
			if got := read(t, services[1-i], name).Settings[xmppadmin.Title]; got != title {
				t.Errorf("through the other node the title of %s is %q, not %q", name, got, title)
			}
			if err := here.Configure(t.Context(), name, xmppadmin.Settings{xmppadmin.Title: name}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// removeRooms destroys all rooms.
func removeRooms(t *testing.T, p *fixtures.Server) {
	t.Helper()
	wait(t, "there are no rooms", func() bool {
		out, err := p.Console(t.Context(), "muc_online_rooms", p.Service)
		if err != nil {
			t.Fatal(err)
		}
		for _, room := range strings.Fields(out) {
			name, _, _ := strings.Cut(room, "@")
			// It may be gone by now.
			_, _ = p.Console(t.Context(), "destroy_room", name, p.Service)
		}
		return out == ""
	})
}
