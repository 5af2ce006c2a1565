// docs/ops.md: what ops there are, worked out from the op table and the backends' kernel tables.
#pragma once

#include <string>

namespace heed::test {

// Needs a build with all CPU backends.
std::string ops_document();

}  // namespace heed::test
