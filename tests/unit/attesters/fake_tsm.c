#include "unit/attesters/fake_tsm.h"

#include "attesters/sim_snp.h"
#include "attesters/sim_tdx.h"
#include "unit/attesters/evidence.h"

#include <errno.h>
#include <stdio.h>

/* "ROOT/NAME" or "ROOT/NAME/ATTRIBUTE"; NULL when there is no such entry. */
static fake_tsm_entry *entry_of(fake *f, const char *path, const char **attribute)
{
	fake_tsm *tsm = f->state;
	size_t root = strlen(FAKE_TSM_ROOT);
	if (strncmp(path, FAKE_TSM_ROOT "/", root + 1) != 0)
		return NULL;
	const char *name = path + root + 1, *slash = strchr(name, '/');
	size_t len = slash != NULL ? (size_t)(slash - name) : strlen(name);
	*attribute = slash != NULL ? slash + 1 : "";
	for (size_t i = 0; i < FAKE_TSM_ENTRIES; i++)
		if (strlen(tsm->entries[i].name) == len && len != 0 && memcmp(tsm->entries[i].name, name, len) == 0)
			return &tsm->entries[i];
	return NULL;
}

static int tsm_mkdir(fake *f, const char *path)
{
	fake_tsm *tsm = f->state;
	const char *attribute = "";
	size_t i = 0;
	if (tsm->is_absent)
		return -ENXIO;
	if (entry_of(f, path, &attribute) != NULL)
		return -EEXIST;
	while (tsm->entries[i].name[0] != '\0')
		if (++i == FAKE_TSM_ENTRIES)
			return -ENOMEM;
	tsm->entries[i] = (fake_tsm_entry){ .generation = 0 };
	(void)snprintf(tsm->entries[i].name, sizeof tsm->entries[i].name, "%s", path + strlen(FAKE_TSM_ROOT) + 1);
	(void)snprintf(tsm->last_name, sizeof tsm->last_name, "%s", tsm->entries[i].name);
	tsm->made++;
	return 0;
}

static int tsm_rmdir(fake *f, const char *path)
{
	fake_tsm *tsm = f->state;
	const char *attribute = "";
	fake_tsm_entry *entry = entry_of(f, path, &attribute);
	if (entry == NULL || attribute[0] != '\0')
		return -ENOENT;
	entry->name[0] = '\0';
	tsm->removed++;
	return 0;
}

static int tsm_open(fake *f, const char *path, int flags)
{
	const fake_tsm *tsm = f->state;
	const char *attribute = "";
	(void)flags;
	if (entry_of(f, path, &attribute) == NULL || attribute[0] == '\0')
		return -ENOENT;
	return strcmp(attribute, "auxblob") == 0 && tsm->no_auxblob ? -ENOENT : 0;
}

static int put(ah_buf *out, const void *bytes, size_t len)
{
	return len == 0 || ah_buf_append(out, ah_slice_make(bytes, len)) == AH_OK ? 0 : -ENOMEM;
}

/* The evidence that was made beforehand, or the same over other data and with a signature that does not fit. */
static int make_evidence(const fake_tsm *tsm, const fake_tsm_entry *entry, ah_buf *out)
{
	static const uint8_t zeros[4096];
	size_t off = tsm->platform == AH_PLATFORM_SNP ? AH_SIM_SNP_REPORT_DATA : AH_SIM_TDX_HEADER_LEN + AH_SIM_TDX_REPORT_DATA;
	ah_slice evidence = tsm->evidence.len != 0 ? tsm->evidence : ah_buf_slice(&evidence_of(tsm->platform)->evidence);
	int error = 0;
	for (size_t done = 0; error == 0 && done < tsm->outblob_len; done += sizeof zeros)
		error = put(out, zeros, tsm->outblob_len - done < sizeof zeros ? tsm->outblob_len - done : sizeof zeros);
	if (error == 0 && tsm->outblob_len == 0)
		error = put(out, evidence.ptr, evidence.len);
	if (error != 0 || tsm->outblob_len != 0)
		return error;
	memcpy(out->ptr + off, entry->inblob, 64);
	out->ptr[off + 63] ^= tsm->is_other ? 1 : 0;
	if (tsm->platform == AH_PLATFORM_SNP && entry->privlevel != 0)
		out->ptr[AH_SIM_SNP_VMPL] = (uint8_t)(entry->privlevel - '0');
	return put(out, zeros, tsm->quote_padding);
}

static void disturb(fake_tsm_entry *entry, unsigned *times)
{
	if (*times == 0)
		return;
	(*times)--;
	memset(entry->inblob, 0xee, sizeof entry->inblob);
	entry->generation++;
}

static int tsm_load(fake *f, const char *path, ah_buf *content)
{
	fake_tsm *tsm = f->state;
	const char *attribute = "";
	fake_tsm_entry *entry = entry_of(f, path, &attribute);
	if (strcmp(attribute, "provider") == 0) {
		const char *name = tsm->provider != NULL ? tsm->provider : tsm->platform == AH_PLATFORM_SNP ? "sev_guest\n" : "tdx_guest\n";
		return put(content, name, strlen(name));
	}
	if (strcmp(attribute, "generation") == 0) {
		char text[32];
		(void)snprintf(text, sizeof text, "%llu\n", (unsigned long long)entry->generation);
		return put(content, tsm->generation != NULL ? tsm->generation : text, strlen(tsm->generation != NULL ? tsm->generation : text));
	}
	if (strcmp(attribute, "outblob") == 0) {
		disturb(entry, &tsm->disturbed);
		if (!entry->has_inblob || entry->inblob_len != 64)
			return -EINVAL;
		int error = make_evidence(tsm, entry, content);
		disturb(entry, &tsm->disturbed_after);
		return error;
	}
	if (strcmp(attribute, "auxblob") == 0)
		return put(content, tsm->auxblob.ptr, tsm->auxblob.len);
	return -EACCES;
}

/* Text attributes are stored by write(); the binary one by close(), whose result is lost. */
static int tsm_store(fake *f, const char *path, ah_slice in)
{
	fake_tsm *tsm = f->state;
	const char *attribute = "";
	fake_tsm_entry *entry = entry_of(f, path, &attribute);
	if (strcmp(attribute, "privlevel") != 0)
		return strcmp(attribute, "inblob") == 0 ? 0 : -EACCES;
	if (tsm->platform != AH_PLATFORM_SNP || in.len != 1 || in.ptr[0] < '0' || in.ptr[0] > '3')
		return -EINVAL;
	entry->privlevel = tsm->last_privlevel = (char)in.ptr[0];
	entry->generation++;
	return 0;
}

static int tsm_closed(fake *f, fake_file *file)
{
	fake_tsm *tsm = f->state;
	const char *attribute = "";
	fake_tsm_entry *entry = entry_of(f, file->path, &attribute);
	if (entry == NULL || strcmp(attribute, "inblob") != 0 || file->written.len == 0)
		return 0;
	if (tsm->lost_writes > 0) {
		tsm->lost_writes--;
		return 0;
	}
	entry->inblob_len = file->written.len;
	memcpy(entry->inblob, file->written.ptr, file->written.len < 64 ? file->written.len : 64);
	entry->has_inblob = true;
	entry->generation++;
	return 0;
}

const fake_driver fake_tsm_driver = {
	.open = tsm_open, .load = tsm_load, .store = tsm_store, .closed = tsm_closed, .mkdir = tsm_mkdir, .rmdir = tsm_rmdir,
};
