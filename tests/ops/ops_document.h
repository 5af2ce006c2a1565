// docs/ops.md: what ops there are, worked out from the op table and the backends' kernel tables.
#pragma once

#include <string>

namespace heed::test {

// Needs a build with all backends, but no device.
std::string ops_document();

}  // namespace heed::test
