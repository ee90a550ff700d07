"""
Stands in for the build system of an archive that pip downloads: pip asks for its metadata, which would run the archive's
scripts. Only the files are wanted, so name and version, which stand in the archive, are all it gets.
"""
import email
import os


def get_requires_for_build_wheel(config_settings=None):
    return []


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    with open("PKG-INFO", encoding="utf-8") as file:
        known = email.message_from_file(file)
    folder = "%s-%s.dist-info" % (known["Name"].replace("-", "_"), known["Version"])
    os.mkdir(os.path.join(metadata_directory, folder))
    with open(os.path.join(metadata_directory, folder, "METADATA"), "w", encoding="utf-8") as file:
        for field in ("Metadata-Version", "Name", "Version"):
            file.write("%s: %s\n" % (field, known[field]))
    return folder
