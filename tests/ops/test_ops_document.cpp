#include <fstream>
#include <sstream>

#include "ops_document.h"
#include <doctest/doctest.h>

#if defined(HEED_HAS_ONEDNN) && defined(HEED_HAS_VULKAN)  // the page speaks of these backends
TEST_CASE("docs/ops.md is what scripts/ops-doc writes") {
  std::ifstream file(HEED_SOURCE_DIR "/docs/ops.md");
  std::stringstream text;
  text << file.rdbuf();
  CHECK_MESSAGE(text.str() == heed::test::ops_document(), "docs/ops.md is not current: run scripts/ops-doc");
}
#endif
