// Gradients of one tensor that arrive from several places, added up the cheapest way that their ops allow.
#pragma once

#include <span>

#include <heed/graph/graph.h>

namespace heed {

// total + more. If one of them was scattered onto zeros, its rows are added to the other one by one instead,
// and the table of zeros is never made: this is how gradients of a table that is read in several places add
// up. If `more` is the product that is a weight's gradient, it is added while it is computed: this is how a
// matrix that is used in every step of a sequence gathers its gradient. Of many gradients only a
// few are kept at a time, however many there are.
Tensor accumulate(Tensor total, Tensor more, Where where = Where::current());

// Whether both are products a^T b of a few rows each, as the gradients of a matrix are that every step of a
// sequence uses: reading and writing their sum would take longer than the products do.
bool are_thin_products(Tensor one, Tensor other);

// Their sum: one product of all rows together. Each two are thin products.
Tensor join_products(std::span<const Tensor> products, Where where = Where::current());

}  // namespace heed
