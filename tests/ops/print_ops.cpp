// Prints docs/ops.md.
#include <cstdio>

#include "ops_document.h"

int main() {
  std::fputs(heed::test::ops_document().c_str(), stdout);
}
