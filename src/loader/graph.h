/* SPDX-License-Identifier: MIT */
/*
 * One graph while it is loaded. The steps, in order: operators are read, links
 * are collected by name, pins are connected, operators are ranked, related.
 * Each leaves out what is known to be wrong, so that an error has no echo.
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

struct graph_work {
	struct loader *loader;
	struct graph_plan *plan;
	size_t operator_capacity;
	struct names *names; /* of the operators in the file */
	bool *touched; /* the operator's name is wrong */
	bool links_broken; /* a link isn't right, or an end is loose: what
			      arrives where isn't known */
	struct draft_link *links;
	size_t link_count, link_capacity;
	size_t plan_link_capacity; /* of the plan's links, once some are added */
	size_t related; /* the operators that have a rank */
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

/* Collects `rejected:` (loader/rejected.c). */
void graph_read_rejected(struct graph_work *work, const struct node *scalar);

/* Gives outputs with several links a tee, numbers the pins and finds those
 * without a link (loader/connect.c). */
void graph_connect(struct graph_work *work);

/* Reports links whose pins have no type in common (loader/relate.c). */
void graph_check_types(struct graph_work *work);

/* Fills in the ranks, or reports a cycle (loader/rank.c). */
void graph_rank(struct graph_work *work);

/* Carries the shapes along the links (loader/relation.c). */
void graph_relate(struct graph_work *work);

/* Checks what goes into files (loader/sinks.c). */
void graph_check_sinks(struct graph_work *work);

#endif
