// Windows over source positions: the terms of local attention, and scores by position alone (Luong et al.
// 2015, sections 3.1 and 3.2). Positions count from 0.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

// centre [...] -> booleans [..., size]: whether |s - centre| <= half_width. With real centres these are the
// integers of the real interval; for a window around whole positions pass floor(centre). No gradient flows:
// a window's edges are constants.
Tensor in_window(Tensor centre, std::int64_t size, double half_width, Where where = Where::current());

// centre [...] -> [..., size]: exp(-(s - centre)^2 / (2 deviation^2)), by which local-p multiplies its
// windowed softmax without normalising again. The paper's deviation is half of the window's half width.
Tensor gaussian_window(Tensor centre, std::int64_t size, double deviation, Where where = Where::current());

// hidden [..., n], weight [L, n] -> scores [..., size] of the first `size` positions by the target state
// alone
// ("location"). Positions from L on score -inf, so that they get no attention.
Tensor location_scores(Tensor hidden, Tensor weight, std::int64_t size, Where where = Where::current());

}  // namespace heed
