/* SPDX-License-Identifier: MIT */
/*
 * One graph while it is loaded. The steps, in order: it is read as it is
 * written, links by name; subgraphs are expanded, which makes it flat; pins are
 * connected, operators are ranked, related. Each leaves out what is known to
 * be wrong, so that an error has no echo.
 */
#ifndef LEAT_LOADER_GRAPH_H
#define LEAT_LOADER_GRAPH_H

#include "loader/grammar.h"

/* A link between rows of the operators' tables, before requested pins are
 * numbered. */
struct draft_link {
	unsigned from, from_pin, to, to_pin;
	unsigned live; /* row + 1 of the live property that it leads to instead
			  of TO_PIN, or 0 */
	struct location location;
	struct link_options options;
};

/* A pin or property of an operator, by its row in the table. */
struct graph_end {
	unsigned op, row;
};

struct graph_work {
	struct loader *loader;
	struct graph_plan *plan;
	size_t operator_capacity;
	bool links_broken; /* a link isn't right, or an end is loose: what
			      arrives where isn't known */
	/* While it is read as it is written: */
	struct names *names; /* of the operators */
	bool *touched; /* the operator's name is wrong */
	/* When it is flat: */
	struct graph_end *rejects; /* output pins `rejected`, and those that
				      a subgraph shows as such */
	size_t reject_count, reject_capacity;
	struct draft_link *links;
	size_t link_count, link_capacity;
	size_t plan_link_capacity; /* of the plan's links, once some are added */
	size_t related; /* the operators that have a rank */
	bool cuts; /* streams are being cut: see OPERATOR_NESTED */
};

/* Reads the graph in MAP, whose keys have been checked, into PLAN. */
void graph_load(
	struct loader *loader, const struct node *map, struct graph_plan *plan);

/* Reads `on-error:` of MAP, if it has one, into *ON_ERROR. */
void graph_read_on_error(
	struct loader *loader, const struct node *map, enum on_error *on_error);

/* The keys that stand beside the properties of an operator. */
extern const struct key_rule graph_reserved_keys[];

/* Adds an operator that the session doesn't name; WHY is a phrase for people.
 * Returns its index. */
unsigned graph_add_operator(struct graph_work *work,
	const struct operator_spec *spec, const char *name, const char *why,
	struct location location);

void graph_add_link(struct graph_work *work, struct draft_link link);

/* Reads what MAP, a link, says beside its ends (loader/link-options.c). */
void link_read_options(struct loader *loader, const struct node *map,
	struct link_options *options);

/* Collects `links:` (loader/chain.c). */
void graph_read_links(struct graph_work *work, const struct node *links);

/* The operator and the row of the input that a scalar names; false:
 * reported. */
bool graph_find_input(struct graph_work *work, const struct node *scalar,
	unsigned *op, unsigned *pin);

/* The same for what SCALAR shows of an operator: a pin or, if LIVE, a live
 * property. False: reported, or not known because of an error. */
bool graph_find_shown(struct graph_work *work, const struct node *scalar,
	bool live, struct graph_end *shown);

/* Where a part of a flat graph starts. */
struct graph_part {
	unsigned op;
	size_t link, reject;
};

/* Links the ends rejected of a part that no link names, but for those that
 * SHOWN says, to the input that LINK leads to (loader/rejected.c). */
void graph_link_rejected(struct graph_work *work, struct graph_part part,
	struct draft_link link, const bool *shown);

/* Gives outputs with several links a tee and numbers the pins
 * (loader/connect.c). */
void graph_connect(struct graph_work *work);

/* The names of the payload types in a set, joined with "or"
 * (loader/types.c). */
const char *graph_type_words(struct loader *loader, unsigned types);

/* Reports that a link can't carry TYPES where WANTED are taken
 * (loader/types.c). */
void graph_report_types(struct graph_work *work, struct location location,
	unsigned from, unsigned to, unsigned types, unsigned wanted);

/* Fills in the ranks, or reports a cycle (loader/rank.c). */
void graph_rank(struct graph_work *work);

/* Carries the shapes along the links (loader/relation.c). */
void graph_relate(struct graph_work *work);

/* Finds where units would come in two orders at once (loader/unit-order.c). */
void graph_check_unit_order(struct graph_work *work);

/* Finds outputs that two operators write, in all graphs; when these have been
 * loaded (loader/sinks.c). */
void session_check_outputs(struct loader *loader);

/* Finds operators that there is only one of (loader/sinks.c). */
void session_check_alone(struct loader *loader);

/* Checks what encoders write for (loader/sinks.c). */
void graph_check_sinks(struct graph_work *work);

#endif
