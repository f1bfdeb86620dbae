/* SPDX-License-Identifier: MIT */
/* Blocks of one size, taken and given back in a few instructions. */
#ifndef LEAT_MODEL_SLAB_H
#define LEAT_MODEL_SLAB_H

#include <stddef.h>

struct slab_block {
	struct slab_block *next;
};

struct slab_page;

struct slab {
	struct slab_block *free; /* given back or never used */
	struct slab_page *pages;
	size_t block_bytes;
	size_t live; /* blocks that are out */
};

void slab_init(struct slab *slab, size_t block_bytes);

/* Frees all pages; what is out is gone. */
void slab_finish(struct slab *slab);

/* Gets a page; aborts when memory is out. */
void slab_grow(struct slab *slab);

/* A block, not initialised. */
static inline void *slab_alloc(struct slab *slab)
{
	if (!slab->free)
		slab_grow(slab);
	struct slab_block *block = slab->free;

	slab->free = block->next;
	slab->live++;
	return block;
}

static inline void slab_free(struct slab *slab, void *memory)
{
	struct slab_block *block = memory;

	block->next = slab->free;
	slab->free = block;
	slab->live--;
}

#endif
