# Writes what the consumer is compiled and linked with, all that comes from heed included.
set(lines "")
foreach(property IN ITEMS COMPILE_FEATURES COMPILE_OPTIONS COMPILE_DEFINITIONS INCLUDE_DIRECTORIES LINK_OPTIONS
                          LINK_DIRECTORIES LINK_LIBRARIES)
  string(APPEND lines "${property}=$<TARGET_PROPERTY:consumer,${property}>\n")
endforeach()
string(APPEND lines "libraries of heed=$<TARGET_PROPERTY:heed::heed,INTERFACE_LINK_LIBRARIES>\n")
file(GENERATE OUTPUT what_heed_adds.txt CONTENT "${lines}")
