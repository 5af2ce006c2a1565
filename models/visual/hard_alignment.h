// Hard alignments: the one source word that each produced word is taken to belong to.
#pragma once

#include <heed/models/text/alignment.h>
#include <heed/models/visual/weight_matrix.h>

namespace heed {

// For each row its largest weight, the first of equals. <s> and </s> are no words: they have no row, and no
// column is theirs.
Alignment alignment_of(const WeightMatrix& matrix);

}  // namespace heed
