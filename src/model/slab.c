/* SPDX-License-Identifier: MIT */
/* Blocks of one size, cut from pages. */
#include "model/slab.h"

#include "base/memory.h"

enum { PAGE_BYTES = 64 * 1024, ALIGNMENT = _Alignof(max_align_t) };

struct slab_page {
	struct slab_page *next;
	max_align_t data[];
};

void slab_init(struct slab *slab, size_t block_bytes)
{
	if (block_bytes < sizeof(struct slab_block))
		block_bytes = sizeof(struct slab_block);
	block_bytes = (block_bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	*slab = (struct slab){.block_bytes = block_bytes};
}

void slab_finish(struct slab *slab)
{
	for (struct slab_page *page = slab->pages, *next; page; page = next) {
		next = page->next;
		free(page);
	}
	*slab = (struct slab){.block_bytes = slab->block_bytes};
}

void slab_grow(struct slab *slab)
{
	size_t count = PAGE_BYTES / slab->block_bytes;

	if (count == 0)
		count = 1;
	struct slab_page *page = memory_alloc(
		sizeof(*page) + memory_product(count, slab->block_bytes));
	page->next = slab->pages;
	slab->pages = page;

	/* The first block of the page is handed out first. */
	char *block = (char *)page->data + count * slab->block_bytes;
	while (count--) {
		block -= slab->block_bytes;
		struct slab_block *free_block = (struct slab_block *)block;
		free_block->next = slab->free;
		slab->free = free_block;
	}
}
