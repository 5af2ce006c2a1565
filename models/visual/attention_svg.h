// A matrix of attention as a picture of its own: Bahdanau et al. 2014, figure 3.
#pragma once

#include <string>

#include <heed/models/visual/weight_matrix.h>

namespace heed {

// An SVG document: source words across the top, produced words down the side, each cell grey from 0 (black)
// to 1 (white) whatever the weights are, its value in a title that browsers show on hover.
std::string to_svg(const WeightMatrix& matrix);

}  // namespace heed
