package component

import (
	"context"
	"encoding/xml"

	"muster/frontdesk"
	"muster/xmppadmin/xep"
)

// software is the node under which others look up what the desk is (XEP-0115).
const software = "urn:muster:desk"

// describe returns what the desk is.
func describe(name string) xep.Description {
	return xep.Description{
		Identities: []xep.Identity{
			{Category: "automation", Type: "command-list", Name: name},
			{Category: "client", Type: "bot", Name: name},
		},
		Features: []string{
			xep.FeatureCaps, xep.FeatureCommands, xep.FeatureInfo, xep.FeatureItems, xep.FeatureForms, xep.FeaturePing,
		},
	}
}

// answerIQ answers a request. Each is answered, those that nothing is known of
// with an error: the library answers none by itself on a component's stream.
func (w *wire) answerIQ(ctx context.Context, j job) string {
	payload, queried, ok := j.stanza.Payload()
	if !ok {
		return w.refuseIQ(ctx, j, "modify", "bad-request", "A request has exactly one element in it.")
	}
	switch name := j.stanza.Type + " " + payload.Space; name {
	case "get " + xep.FeatureInfo:
		return w.answerInfo(ctx, j, queried)
	case "get " + xep.FeatureItems:
		return w.answerItems(ctx, j, queried)
	case "get " + xep.FeaturePing:
		return w.result(ctx, j, nil)
	case "set " + xep.FeatureCommands:
		return w.answerCommand(ctx, j)
	case "get " + xep.FeatureCommands:
		return w.refuseIQ(ctx, j, "modify", "bad-request", "A command is run by a request of type set.")
	}
	return w.refuseIQ(ctx, j, "cancel", "service-unavailable", "The desk does not know this kind of request.")
}

func (w *wire) result(ctx context.Context, j job, content xml.TokenReader) string {
	w.send(ctx, j.stanza.Result(content))
	return answered
}

func (w *wire) refuseIQ(ctx context.Context, j job, kind, condition, text string) string {
	w.send(ctx, j.stanza.Refusal(kind, condition, text))
	return refused
}

// answerInfo describes the desk, its list of commands, or one of the commands
// that the caller may use.
func (w *wire) answerInfo(ctx context.Context, j job, queried string) string {
	switch queried {
	case "", software + "#" + w.about.Version(), xep.FeatureCommands:
		return w.result(ctx, j, w.about.TokenReader(queried))
	}
	for _, o := range w.offers(ctx, j) {
		if o.Node == queried {
			return w.result(ctx, j, xep.Description{
				Identities: []xep.Identity{{Category: "automation", Type: "command-node", Name: o.Name}},
				Features:   []string{xep.FeatureCommands, xep.FeatureForms},
			}.TokenReader(queried))
		}
	}
	return w.refuseIQ(ctx, j, "cancel", "item-not-found", "There is no such command for you.")
}

// answerItems lists the address to chat with, or the commands that the caller
// may use.
func (w *wire) answerItems(ctx context.Context, j job, queried string) string {
	var items []xep.DiscoItem
	switch queried {
	case "":
		if j.at != w.chat() {
			items = []xep.DiscoItem{{JID: w.chat(), Name: w.cfg.Name}}
		}
	case xep.FeatureCommands:
		for _, o := range w.offers(ctx, j) {
			items = append(items, xep.DiscoItem{JID: j.at, Node: o.Node, Name: o.Name})
		}
	default:
		return w.refuseIQ(ctx, j, "cancel", "item-not-found", "There is no such list.")
	}
	return w.result(ctx, j, xep.ItemList(queried, items))
}

func (w *wire) offers(ctx context.Context, j job) []frontdesk.Offer {
	return w.desk.Offers(ctx, j.caller, w.cfg.Now())
}
