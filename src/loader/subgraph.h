/* SPDX-License-Identifier: MIT */
/*
 * Subgraphs. A definition is read once: its params, its operators and how they
 * are linked, and the pins and live properties that it shows. What it shows is
 * put into an operator_spec, so that the links around it are read as those of
 * an operator. Each use is then expanded: its operators and links are copied
 * into the flat graph, with the values that it gives to the params.
 */
#ifndef LEAT_LOADER_SUBGRAPH_H
#define LEAT_LOADER_SUBGRAPH_H

#include "loader/graph.h"
#include "loader/library.h"
#include "loader/settings.h"

enum {
	SUBGRAPH_DEPTH = 64, /* uses within uses */
	SUBGRAPH_OPERATORS = 25000, /* that come from uses, in a session */
};

/* A graph as it is written. */
struct graph_body {
	struct graph_work work; /* the operators and the links between them; a
				   use counts as one operator */
	const struct node *operators;
	struct subgraph **subgraphs; /* of the operators that are uses */
	const struct node *rejected; /* NULL: none, or wrong */
	struct graph_end rejected_end;
};

/* A pin that a subgraph shows. */
struct shown_pin {
	const struct node *node; /* the end that it stands for */
	struct graph_end end;
};

struct subgraph {
	const char *name;
	const struct node *key, *node; /* in the map `subgraphs` */
	struct library *library; /* the file */
	enum { SUBGRAPH_NEW, SUBGRAPH_OPEN, SUBGRAPH_READ } state;
	struct subgraph *reader; /* while it is open: what is read for it */
	struct param_scope scope; /* the params with their defaults */
	struct graph_body body;
	bool broken; /* a pin is wrong, so links to its uses aren't checked */
	struct operator_spec spec; /* what links and values around it see: */
	struct pin_spec *rows; /* its pins and, as properties, what is live */
	struct shown_pin *pins; /* for each row of the spec */
	struct graph_end *live; /* the same */
	unsigned height; /* of the uses in it; 1: there are none */
	unsigned operators; /* when expanded; at most SUBGRAPH_OPERATORS + 1 */
	bool used;
};

/* A value that a use gives to a live property inside. */
struct live_value {
	struct live_value *next;
	unsigned op, row; /* in the body, or of a nested use */
	const struct property_spec *spec; /* as it is called at the use */
	const struct node *node;
	struct param_scope *scope; /* that the value is written in */
	const struct use *use;
};

/* The keys of a graph, and of a subgraph in the map `subgraphs`. */
extern const struct key_rule graph_keys[], subgraph_keys[];

/* Reads the structure of the graph in MAP. False: it has no operators. */
bool body_read(struct loader *loader, const struct node *map, const char *name,
	struct location location, struct graph_body *body);

/* Reports inputs that have several links, and ends without one. SUBGRAPH, which
 * may be NULL, is what the body is of (loader/ends.c). */
void body_check_ends(struct graph_body *body, struct subgraph *subgraph);

/* Reads a definition, if that wasn't done. */
void subgraph_read(struct loader *loader, struct subgraph *subgraph);

/* The same because USE names it; NULL: it can't be used there, reported. */
struct subgraph *subgraph_use(struct loader *loader, struct subgraph *subgraph,
	const struct node *use);

/* Checks the definitions that nothing uses, as far as that can be done without
 * values. */
void subgraph_check_unused(struct loader *loader);

/* Adds the operators and links of BODY, which is that of SUBGRAPH or a graph's
 * (NULL), to WORK, those of its uses in their place (loader/expand.c). */
void body_expand(struct graph_work *work, const struct graph_body *body,
	const struct subgraph *subgraph);

/* Reads the keys of a use, which is NODE: the params into a new scope, the
 * values of what is live into *LIVE (loader/use.c). */
struct param_scope *use_read(struct loader *loader,
	const struct subgraph *subgraph, const struct node *key,
	const struct node *node, struct live_value **live);

/* Checks the keys that stand beside the properties or params. */
void operator_check_reserved(struct loader *loader, const struct node *map);

/* Reads the settings of an operator that isn't a use: PLAN has its spec, name
 * and location. LIVE are values given from outside, of which those for OP
 * count. */
void operator_load(struct loader *loader, const struct node *node,
	struct operator_plan *plan, const struct live_value *live, unsigned op);

#endif
